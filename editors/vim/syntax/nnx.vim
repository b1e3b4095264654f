" Vim syntax of nnx. Made by editors/words.py from the tables of the language.
if exists("b:current_syntax")
  finish
endif

syntax keyword nnxKeyword activation branch dataset else expect experiment grid if include let
syntax keyword nnxKeyword network on reference repeat report sample seed train training where
syntax keyword nnxKeyword with
syntax keyword nnxOperator and or not in
syntax keyword nnxBoolean true false
syntax keyword nnxLayer activation add avg_pool batch_norm concat conv2d dense dropout flatten global_avg_pool
syntax keyword nnxLayer max_pool softmax
syntax keyword nnxType bool float init int network optimizer padding schedule shape size
syntax keyword nnxType string
syntax keyword nnxConstant adadelta adagrad adam adamw constant continue cosine cross_entropy decoupled elu
syntax keyword nnxConstant exponential gelu gelu_tanh glorot_normal glorot_uniform hard_sigmoid hard_sigmoid_keras2 he_normal he_uniform leaky_relu
syntax keyword nnxConstant lecun_normal lecun_uniform linear lion mish nadam normal ones relu rmsprop
syntax keyword nnxConstant same selu sgd sigmoid softplus softsign step stop swish tanh
syntax keyword nnxConstant uniform unscaled valid zeros
syntax match nnxNumber "\<\d\+\(\.\d\+\)\?\([eE][-+]\?\d\+\)\?\>"
syntax match nnxNumber "\<\d\+\(x\d\+\)\+\>"
syntax match nnxName "\(^\s*\(dataset\|network\|training\|experiment\|activation\|let\)\s\+\)\@<=\h\w*"
syntax match nnxSetting "\<\h\w*\(\.\h\w*\)\?\ze\s*==\@!"
syntax match nnxEscape "\\[\"\\nt]" contained
syntax region nnxString start=+"+ skip=+\\.+ end=+"+ oneline contains=nnxEscape
syntax match nnxComment "#.*$" contains=@Spell

highlight default link nnxKeyword Statement
highlight default link nnxOperator Operator
highlight default link nnxBoolean Boolean
highlight default link nnxLayer Function
highlight default link nnxType Type
highlight default link nnxConstant Constant
highlight default link nnxNumber Number
highlight default link nnxName Identifier
highlight default link nnxSetting Label
highlight default link nnxEscape SpecialChar
highlight default link nnxString String
highlight default link nnxComment Comment

let b:current_syntax = "nnx"

" Vim syntax of nnx. Made by editors/words.py from the tables of the language.
if exists("b:current_syntax")
  finish
endif

syntax keyword nnxKeyword activation augment branch dataset else expect experiment grid if include
syntax keyword nnxKeyword let network on reference repeat report sample seed train training
syntax keyword nnxKeyword where with
syntax keyword nnxOperator and or not in
syntax keyword nnxBoolean true false
syntax keyword nnxLayer activation add avg_pool batch_norm concat conv2d dense dropout flatten global_avg_pool
syntax keyword nnxLayer max_pool softmax
syntax keyword nnxType bool float init int list network optimizer padding schedule shape
syntax keyword nnxType size string
syntax keyword nnxConstant adadelta adagrad adam adamw best constant continue cosine cross_entropy decoupled
syntax keyword nnxConstant early elu error exponential gelu gelu_tanh glorot_normal glorot_uniform hard_sigmoid hard_sigmoid_keras2
syntax keyword nnxConstant he_normal he_uniform hinge horizontal huber last leaky_relu lecun_normal lecun_uniform linear
syntax keyword nnxConstant lion mae mean median mish mse nadam never none normal
syntax keyword nnxConstant ones relu rmsprop same selu sgd sigmoid softplus softsign step
syntax keyword nnxConstant stop swish tanh uniform unscaled valid vertical zero zeros
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

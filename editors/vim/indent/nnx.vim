" Indents of nnx: two spaces for each bracket that is still open.
if exists("b:did_indent")
  finish
endif
let b:did_indent = 1
setlocal indentexpr=NnxIndent(v:lnum) indentkeys=0{,0},0),0],!^F,o,O autoindent
let b:undo_indent = "setlocal indentexpr< indentkeys< autoindent<"

" Brackets of a line outside of strings and comments: those opened less those closed.
function! s:Opened(line) abort
  let text = substitute(a:line, '"\(\\.\|[^"\\]\)*"', '', 'g')
  let text = substitute(text, '#.*', '', '')
  return count(text, '{') + count(text, '(') + count(text, '[')
        \ - count(text, '}') - count(text, ')') - count(text, ']')
endfunction

function! NnxIndent(lnum) abort
  let before = prevnonblank(a:lnum - 1)
  if before == 0
    return 0
  endif
  let levels = s:Opened(getline(before)) + (getline(before) =~# '^\s*[})\]]' ? 1 : 0)
  let closes = getline(a:lnum) =~# '^\s*[})\]]' ? 1 : 0
  return max([0, indent(before) + (levels > 0 ? 1 : levels < 0 ? -1 : 0) * 2 - closes * 2])
endfunction

autocmd BufNewFile,BufRead *.nnx setfiletype nnx

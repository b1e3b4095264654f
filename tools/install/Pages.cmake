# Writes manual pages and completions below the prefix; `data` is its folder of shared data.
set(prefix "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}")
set(nnxc "${prefix}/bin/nnxc")

# write(FILE ARGUMENTS...): what nnxc prints, as a file of the tree.
function(write file)
  execute_process(COMMAND "${nnxc}" ${ARGN} OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)
  file(WRITE "${prefix}/${data}/${file}" "${text}")
  message(STATUS "Installing: ${prefix}/${data}/${file}")
endfunction()

write(man/man1/nnxc.1 man)
execute_process(COMMAND "${nnxc}" man --markdown OUTPUT_VARIABLE pages COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "## `nnxc [a-z]+" headings "${pages}")
foreach(heading ${headings})
  string(REPLACE "## `nnxc " "" command "${heading}")
  write(man/man1/nnxc-${command}.1 man ${command})
endforeach()
write(bash-completion/completions/nnxc completion bash)
write(zsh/site-functions/_nnxc completion zsh)
write(fish/vendor_completions.d/nnxc.fish completion fish)

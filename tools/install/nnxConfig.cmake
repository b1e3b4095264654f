# find_package(nnx): the compiler as nnx::nnxc, and
#
#   nnx_add_study(NAME FILE [SET PATH=VALUE...] [CPU CPU] [DEPENDS FILE...])
#
# a target that compiles the study FILE to the trainer bin/NAME below the current binary folder. DEPENDS are
# files that it includes or refers to.
get_filename_component(nnx_PREFIX "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
if(NOT TARGET nnx::nnxc)
  add_executable(nnx::nnxc IMPORTED)
  set_target_properties(nnx::nnxc PROPERTIES IMPORTED_LOCATION "${nnx_PREFIX}/bin/nnxc")
endif()

function(nnx_add_study name file)
  cmake_parse_arguments(PARSE_ARGV 2 study "" "CPU" "SET;DEPENDS")
  if(study_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "nnx_add_study: unknown arguments ${study_UNPARSED_ARGUMENTS}")
  endif()
  get_filename_component(source "${file}" ABSOLUTE)
  # A folder of its own: Ninja takes a file and a target of one name for the same.
  set(trainer "${CMAKE_CURRENT_BINARY_DIR}/bin/${name}")
  file(MAKE_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/bin")
  set(options "")
  foreach(value IN LISTS study_SET)
    list(APPEND options --set "${value}")
  endforeach()
  if(study_CPU)
    list(APPEND options --target "${study_CPU}")
  endif()
  add_custom_command(OUTPUT "${trainer}"
    COMMAND nnx::nnxc build ${options} "${source}" -o "${trainer}"
    DEPENDS "${source}" ${study_DEPENDS} nnx::nnxc
    COMMENT "Compiling the study ${name}" VERBATIM)
  add_custom_target(${name} ALL DEPENDS "${trainer}")
  set_target_properties(${name} PROPERTIES NNX_TRAINER "${trainer}")
endfunction()

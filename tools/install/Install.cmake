# What `cmake --install` and CPack make: a tree that works from any folder, since everything in it is
# found from the place of bin/nnxc. LLVM's libraries stay the system's.
include(GNUInstallDirs)
set(NNX_LIBRARY_FOLDER lib/nnx) # nnxc looks for ../lib/nnx
get_filename_component(NNX_LLVM_LIBRARIES ${LLVM_DIR}/../.. REALPATH)
set_target_properties(nnxc PROPERTIES
  INSTALL_RPATH "$ORIGIN/../${NNX_LIBRARY_FOLDER};${NNX_LLVM_LIBRARIES}")
install(TARGETS nnxc RUNTIME DESTINATION bin)
foreach(file nnx_runner.o nnx_devices.o crt1.o crti.o crtn.o libc_nonshared.a)
  install(FILES ${NNX_RUNNER_FOLDER}/${file} DESTINATION ${NNX_LIBRARY_FOLDER})
endforeach()
install(PROGRAMS ${Halide_DIR}/../../libHalide.so DESTINATION ${NNX_LIBRARY_FOLDER})

install(DIRECTORY ${PROJECT_SOURCE_DIR}/examples ${PROJECT_SOURCE_DIR}/editors
  DESTINATION ${CMAKE_INSTALL_DATADIR}/nnx PATTERN __pycache__ EXCLUDE)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES ${PROJECT_SOURCE_DIR}/README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)

include(CMakePackageConfigHelpers)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/nnxConfigVersion.cmake
  COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES ${PROJECT_SOURCE_DIR}/tools/install/nnxConfig.cmake
  ${PROJECT_BINARY_DIR}/nnxConfigVersion.cmake DESTINATION lib/cmake/nnx)

# Manual pages and completions are what the installed compiler says of itself.
install(CODE "set(data \"${CMAKE_INSTALL_DATADIR}\")")
install(SCRIPT ${PROJECT_SOURCE_DIR}/tools/install/Pages.cmake)

set(CPACK_PACKAGE_NAME nnx)
set(CPACK_PACKAGE_VENDOR nnx)
set(CPACK_PACKAGE_CONTACT "nnx")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Language and compiler for studies of neural networks")
set(CPACK_GENERATOR DEB TGZ)
set(CPACK_THREADS 0)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE gzip)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_DEPENDS
  "libc6 (>= 2.36), libstdc++6 (>= 12), libgcc-s1, zlib1g, libzstd1, libsqlite3-0, libcpp-httplib0.11, libllvm22 (>= 1:22.1), libmlir-22 (>= 1:22.1)")
set(CPACK_STRIP_FILES OFF)
include(CPack)

# Takes what is installed (SHARED: out of the Debian packages, where those can be made) and builds and
# runs the consumer against that, by find_package and by pkg-config.
set(work ${BINARY_DIR}/package_${SHARED})
set(prefix ${work}/installed)
file(REMOVE_RECURSE ${work})

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "failed: ${ARGN}")
  endif()
endfunction()

find_program(dpkg_deb dpkg-deb)
find_program(dpkg_shlibdeps dpkg-shlibdeps)
if(SHARED AND dpkg_deb AND dpkg_shlibdeps)
  run(${CMAKE_CPACK_COMMAND} --config ${BINARY_DIR}/CPackConfig.cmake -B ${work}/packages)
  file(GLOB packages ${work}/packages/*.deb)
  list(LENGTH packages count)
  if(NOT count EQUAL 3)
    message(FATAL_ERROR "there are ${count} packages, and should be three: ${packages}")
  endif()
  foreach(package IN LISTS packages)
    run(${dpkg_deb} -x ${package} ${work}/unpacked)
  endforeach()
  set(prefix ${work}/unpacked/usr)
else()
  run(${CMAKE_COMMAND} --install ${BINARY_DIR} --prefix ${prefix})
endif()

run(${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR}/consumer -B ${work}/consumer -G ${GENERATOR}
  -D CMAKE_PREFIX_PATH=${prefix} -D BUILD_SHARED_LIBS=${SHARED} -D CMAKE_BUILD_TYPE=${BUILD_TYPE}
  -D CMAKE_CXX_COMPILER=${COMPILER} -D CMAKE_CXX_FLAGS=-Wall\ -Wextra\ -Wpedantic\ -Werror
  -D CMAKE_C_FLAGS=-Wall\ -Wextra\ -Wpedantic\ -Werror)
run(${CMAKE_COMMAND} --build ${work}/consumer)
run(${work}/consumer/consumer)
run(${work}/consumer/consumer_in_c)
run(${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR}/consumer_in_c -B ${work}/consumer_in_c
  -G ${GENERATOR} -D CMAKE_PREFIX_PATH=${prefix} -D CMAKE_BUILD_TYPE=${BUILD_TYPE})
run(${CMAKE_COMMAND} --build ${work}/consumer_in_c)
run(${work}/consumer_in_c/consumer_in_c)
run(${CMAKE_CURRENT_LIST_DIR}/talk_to_service.sh ${work}/consumer/service)
run(${prefix}/bin/hogwild --version)
foreach(file share/man/man1/hogwild.1 share/bash-completion/completions/hogwild
    share/zsh/vendor-completions/_hogwild share/fish/vendor_completions.d/hogwild.fish)
  if(NOT EXISTS ${prefix}/${file})
    message(FATAL_ERROR "${file} is not installed")
  endif()
endforeach()

# The shared library exports what begins with hogwild, and of templates of others what it made.
file(GLOB library ${prefix}/lib*/libhogwild.so ${prefix}/lib/*/libhogwild.so)
execute_process(COMMAND nm -D --defined-only ${library}
  OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "[^\n]* [TDBR] [^\n]*" strong "${symbols}")
list(FILTER strong EXCLUDE REGEX " (_Z[A-Z]*[0-9]*7hogwild|_ZNK?[A-Z]*7hogwild|_Z[TG][A-Z]*N?7hogwild|hogwild_)")
if(strong)
  message(FATAL_ERROR "the shared library exports what is not of its headers: ${strong}")
endif()

file(GLOB_RECURSE pc ${prefix}/*/hogwild.pc)
cmake_path(GET pc PARENT_PATH pc_folder)
set(ENV{PKG_CONFIG_PATH} ${pc_folder})
set(static_flag --static)
if(SHARED)
  set(static_flag "")
endif()
execute_process(COMMAND pkg-config --cflags --libs ${static_flag} hogwild
  OUTPUT_VARIABLE flags OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
separate_arguments(flags)
if(NOT SHARED)
  list(TRANSFORM flags REPLACE "^-lhogwild$" "-l:libhogwild.a")
endif()
run(${COMPILER} -std=c++20 ${CMAKE_CURRENT_LIST_DIR}/consumer/main.cpp -o ${work}/by_pkg_config ${flags})
cmake_path(GET pc_folder PARENT_PATH library_folder)
set(ENV{LD_LIBRARY_PATH} ${library_folder})
run(${work}/by_pkg_config)

# Installs the build into a folder of its own and builds and runs the consumer against that, by
# find_package and by pkg-config.
set(work ${BINARY_DIR}/package_${SHARED})
set(prefix ${work}/installed)
file(REMOVE_RECURSE ${work})

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "failed: ${ARGN}")
  endif()
endfunction()

run(${CMAKE_COMMAND} --install ${BINARY_DIR} --prefix ${prefix})
run(${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR}/consumer -B ${work}/consumer -G ${GENERATOR}
  -D CMAKE_PREFIX_PATH=${prefix} -D BUILD_SHARED_LIBS=${SHARED} -D CMAKE_BUILD_TYPE=${BUILD_TYPE}
  -D CMAKE_CXX_COMPILER=${COMPILER} -D CMAKE_CXX_FLAGS=-Wall\ -Wextra\ -Wpedantic\ -Werror
  -D CMAKE_C_FLAGS=-Wall\ -Wextra\ -Wpedantic\ -Werror)
run(${CMAKE_COMMAND} --build ${work}/consumer)
run(${work}/consumer/consumer)
run(${work}/consumer/consumer_in_c)
run(${prefix}/bin/hogwild --version)

file(GLOB_RECURSE pc ${prefix}/*/hogwild.pc)
cmake_path(GET pc PARENT_PATH pc_folder)
set(ENV{PKG_CONFIG_PATH} ${pc_folder})
set(static_flag --static)
if(SHARED)
  set(static_flag "")
endif()
execute_process(COMMAND pkg-config --define-variable=prefix=${prefix} --cflags --libs ${static_flag}
    hogwild
  OUTPUT_VARIABLE flags OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
separate_arguments(flags)
if(NOT SHARED)
  list(TRANSFORM flags REPLACE "^-lhogwild$" "-l:libhogwild.a")
endif()
run(${COMPILER} -std=c++20 ${CMAKE_CURRENT_LIST_DIR}/consumer/main.cpp -o ${work}/by_pkg_config ${flags})
cmake_path(GET pc_folder PARENT_PATH library_folder)
set(ENV{LD_LIBRARY_PATH} ${library_folder})
run(${work}/by_pkg_config)

# Checks that SOURCE compiles without a warning, as each of LANGUAGES by each of its compilers.
set(C_STANDARD c11)
set(CXX_STANDARD c++17)
set(C_NAME c)
set(CXX_NAME c++)
set(compiled 0)
foreach(language ${LANGUAGES})
    foreach(compiler ${${language}_COMPILERS})
        execute_process(
            COMMAND "${compiler}" -x ${${language}_NAME} -std=${${language}_STANDARD} -pedantic
                    -Wall -Wextra -Wconversion -Wshadow -Werror -fsyntax-only ${FLAGS} "${SOURCE}"
            RESULT_VARIABLE status)
        if(NOT status EQUAL 0)
            message(SEND_ERROR "${compiler} refuses ${SOURCE} as ${${language}_STANDARD}")
        endif()
        math(EXPR compiled "${compiled} + 1")
    endforeach()
endforeach()
if(compiled EQUAL 0)
    message(FATAL_ERROR "no compiler was tried")
endif()

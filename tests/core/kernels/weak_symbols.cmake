# SPDX-License-Identifier: GPL-3.0-or-later
# Fails where a file compiled for one instruction set leaves a symbol behind that the linker may choose for the
# whole program: an inline function or template, unless its name says which instruction set it is for.
string(REPLACE "|" ";" objects "${OBJECTS}")
if(NOT objects)
  message(FATAL_ERROR "no kernel objects were named")
endif()
foreach(object IN LISTS objects)
  execute_process(COMMAND "${NM}" "${object}" OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL "[^\n]* [WwVvu] [^\n]*" weak "${symbols}")
  foreach(symbol IN LISTS weak)
    if(NOT symbol MATCHES "xsimd.*(sse2|avx2|avx512f)|__(asan|ubsan|tsan|odr_asan|sanitizer)")
      message(SEND_ERROR "${object}: ${symbol}")
    endif()
  endforeach()
endforeach()

/* The packed page of the report as read-only bytes: report/Page.cpp inflates it. */
    .section .rodata
    .balign 64
    .global nnxrt_page_begin
    .global nnxrt_page_end
nnxrt_page_begin:
    .incbin NNX_PAGE
nnxrt_page_end:
    .byte 0
    .section .note.GNU-stack, "", %progbits

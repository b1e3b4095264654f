/* The page of `nnxc report --live` as read-only bytes. */
    .section .rodata
.macro asset name, file
    .global nnxc_live_\name\()_begin
    .global nnxc_live_\name\()_end
nnxc_live_\name\()_begin:
    .incbin "\file"
nnxc_live_\name\()_end:
    .byte 0
.endm
    asset html, "live.html"
    asset css, "live.css"
    asset js, "live.js"
    .section .note.GNU-stack, "", %progbits

/* What a C++ program gets from crtbegin.o, for programs that lld links without it: the handle under
 * which destructors of static objects are registered. Null stands for the program itself. */
__attribute__((visibility("hidden"))) void *__dso_handle = 0;

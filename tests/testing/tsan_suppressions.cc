// Linked into every test program under ThreadSanitizer.
//
// Debian's libabsl_status is not instrumented: a status that two threads share
// is freed by whoever drops it last, and the reference count that orders this
// is invisible. Only reports with that very function on a stack are dropped, or
// with what it calls last, which then stands there in its place.
extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions() {
  return "race:absl::*::Status::UnrefNonInlined\n"
         "race:absl::*status_internal::Payload*DestroyContents\n";
}

; What clang writes of a function that must not be linked with code that uses sign-ext.
target triple = "wasm32-unknown-unknown"

define i32 @area(i32 %x) {
  %y = mul i32 %x, %x
  ret i32 %y
}

!llvm.module.flags = !{!0}
!0 = !{i32 1, !"wasm-feature-sign-ext", i32 45}

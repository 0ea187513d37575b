export function helper(value) { return value + 1; }

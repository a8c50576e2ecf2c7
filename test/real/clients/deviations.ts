/** Lines that are others on the embedded server, by program and name, and why. Each must differ: one that doesn't any more fails the test. */
export const DEVIATIONS: Record<string, Record<string, string>> = {};

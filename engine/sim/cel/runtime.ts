/** Every function that rules may call, by its name or, where its overloads differ, by how the table of functions writes them. */
import { AUTHORIZATION } from './authorizer.ts';
import { KUBERNETES } from './library.ts';
import { STANDARD } from './standard.ts';
import { TEXTS } from './texts.ts';

// biome-ignore lint/suspicious/noExplicitAny: the arguments have been found to fit the overload.
export type Functions = Record<string, (...args: any[]) => unknown>;

export const FUNCTIONS: Functions = { ...STANDARD, ...TEXTS, ...KUBERNETES, ...AUTHORIZATION };

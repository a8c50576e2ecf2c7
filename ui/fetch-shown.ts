/** Imported after Ink: see fetch-hidden.ts. */
import { hidden } from './fetch-hidden.ts';

if (hidden) Object.defineProperty(globalThis, 'fetch', hidden);

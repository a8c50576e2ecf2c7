/**
 * Yoga's loader decodes itself with fetch() when there is one, which pulls the whole HTTP stack of Node.js into the
 * process (36 ms and 9 MB at start). Imported ahead of Ink, this hides fetch; fetch-shown.ts brings it back.
 */
export const hidden = Object.getOwnPropertyDescriptor(globalThis, 'fetch');
Object.defineProperty(globalThis, 'fetch', { value: undefined, configurable: true, writable: true });

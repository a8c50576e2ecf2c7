import type { KeyContext } from './bindings.ts';

/** Contexts of a screen whose panes scroll. */
export const SCROLLING: readonly KeyContext[] = ['scroll', 'panes'];

import type { User } from './types.ts';

/** Who the server's own controllers are. */
export const INSIDE: User = { name: 'system:opsdeck-sim', groups: ['system:masters', 'system:authenticated'] };

import { expect, test } from 'vitest';
import { attach } from '../../../../../engine/sim/node/streams.ts';

test('what never started can’t be attached to, and is named as a kubelet names it', () => {
  const call = { namespace: 'ns', pod: 'noimg', container: 'c', stdin: false, tty: false };
  const silent = () => {};
  expect(() => attach(undefined, { ...call, onStdout: silent, onStderr: silent, onExit: silent })).toThrow(
    'unable to upgrade connection: container c not found in pod noimg_ns',
  );
});

/** How a command ended, as the generations of the protocol tell it. */
import { internalError, type Status } from '../../errors.ts';
import type { End } from './session.ts';

/** As a frame of the protocol: without its kind. */
type Told = Omit<Status, 'kind' | 'apiVersion'>;

function brokenOff(message: string): Told {
  const { kind: _, apiVersion: __, ...told } = internalError(message);
  return told;
}

const exited = (code: number, message: string): Told => ({
  metadata: {},
  status: 'Failure',
  message: `command terminated with non-zero exit code: ${message}`,
  reason: 'NonZeroExitCode',
  details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
});

/** A kubelet's words: what a client of v4 reads. */
export function statusOf(end: End, command: readonly string[]): Told {
  if ('error' in end) return brokenOff(end.error);
  if (end.code === 0) return { metadata: {}, status: 'Success' };
  return exited(end.code, `error executing command [${command.join(' ')}], exit code ${end.code}`);
}

/** With v5 the API server speaks to the kubelet, and tells what it heard. */
export function handedOn(end: End): Told {
  if ('error' in end) return brokenOff(`Internal error occurred: ${end.error}`);
  if (end.code === 0) return { metadata: {}, status: 'Success' };
  return exited(end.code, `command terminated with exit code ${end.code}`);
}

/** Before v4: nothing where all went well. */
export const messageOf = (end: End, command: readonly string[]): string => statusOf(end, command).message ?? '';

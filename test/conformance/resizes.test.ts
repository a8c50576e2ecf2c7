/** What may change of a pod's resources, and that nothing else does with them. */
import { type Case, recorded } from './recorded.ts';

const path = '/api/v1/namespaces/NS/pods';
const box = (resources: object, more: object = {}): object => ({ name: 'c', image: 'x', resources, ...more });
const resized = (name: string, resources: object, more: object = {}, rest: object = {}): Case => ({
  name,
  path: `${path}/p/resize`,
  patch: 'strategic',
  body: { spec: { containers: [{ name: 'c', resources, ...more }] }, ...rest },
});

recorded('resizes of pods', 'resizes.txt', [
  {
    name: 'a pod',
    method: 'POST',
    path,
    body: {
      metadata: { name: 'p' },
      // Nobody places it: what happens to it is what these requests do.
      spec: {
        schedulerName: 'nobody',
        automountServiceAccountToken: false,
        containers: [box({ requests: { cpu: '10m', memory: '16Mi' }, limits: { cpu: '100m' } })],
      },
    },
  },
  resized('more', { requests: { cpu: '20m' } }),
  resized('more than the limit', { requests: { cpu: '200m' } }),
  resized('of a kind that stays', { requests: { 'ephemeral-storage': '1Mi' } }),
  resized('a limit that goes', { limits: { cpu: null } }),
  resized('all goes', { requests: null, limits: null }),
  resized('another class', { requests: { cpu: '100m', memory: '1Gi' }, limits: { cpu: '100m', memory: '1Gi' } }),
  resized('another image beside', { requests: { cpu: '30m' } }, { image: 'y' }, { metadata: { labels: { a: 'b' } } }),
  { name: 'as it is now', path: `${path}/p` },
]);

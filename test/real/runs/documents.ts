/** Definitions that the tests run, in the seed's form. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPO } from '../kit.ts';

/** Moves slots by redis-cli in the container of a master. */
export const RESHARD = `
apiVersion: opsdeck.dev/v1alpha1
kind: OpsDefinition
metadata: {name: test-reshard}
spec:
  description: moves slots between masters
  parameters:
    - {name: slots, value: 1024, schema: {type: integer, minimum: 1, maximum: 16384}}
    - {name: port, value: 6379}
    - {name: from, required: true, schema: {type: string, pattern: "^[0-9a-f]{40}$"}}
    - {name: to, required: true, schema: {type: string, pattern: "^[0-9a-f]{40}$"}}
  strategies:
    container:
      name: redis
      command: [redis-cli]
      args:
        - --cluster
        - reshard
        - "{{HOST}}:{{parameters.port}}"
        - --cluster-from
        - "{{parameters.from}}"
        - --cluster-to
        - "{{parameters.to}}"
        - --cluster-slots
        - "{{parameters.slots}}"
        - --cluster-yes
    components: [{type: redis, roleGroups: [master], pickOne: true}]
`;

/** Says a numbered line a second; counts its starts in redis, in the key that is its parameter. */
export const SLOW = `
apiVersion: opsdeck.dev/v1alpha1
kind: OpsDefinition
metadata: {name: test-slow}
spec:
  parameters:
    - {name: key, required: true}
    - {name: seconds, value: 20}
  strategies:
    container:
      name: redis
      command: [sh, -c]
      args: ['redis-cli -c incr "$OPS_KEY" >/dev/null; i=0; while [ $i -lt "$OPS_SECONDS" ]; do echo "tick $i"; i=$((i+1)); sleep 1; done']
    components: [{type: redis, roleGroups: [master], pickOne: true}]
`;

/** The seed's two documents, word for word. */
export const SEED = readFileSync(join(REPO, 'test/unit/engine/api/examples/redis-reshard.yaml'), 'utf8');

/** "tick 0" to "tick n-1", each once and in order: a log without a gap or a repeat. */
export const ticks = (log: string) => [...log.matchAll(/tick (\d+)/g)].map((match) => Number(match[1]));
export const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);

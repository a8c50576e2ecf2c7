/** What a real kubelet and scheduler warn of, in the detail of the cluster that it is about. */
import { expect, test } from 'vitest';
import { apply, cockpit, grant, KEY, namespace, opsdeck, USERS, until } from '../kit.ts';

const ns = await namespace('warnings');

test('a pod whose image is missing is told of in the detail and by describe, with how often; who may not see it is told', async () => {
  await apply(
    `
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: nowhere}
spec:
  serviceName: nowhere
  replicas: 1
  selector: {matchLabels: {app: nowhere}}
  template:
    metadata: {labels: {app: nowhere}}
    spec: {containers: [{name: main, image: "local/missing:1", imagePullPolicy: Never}]}
`,
    ns,
  );
  await until('describe tells it', async () =>
    /ago +ErrImageNeverPull nowhere-0: .*local\/missing:1/.test(
      (await opsdeck(['describe', 'cluster', 'nowhere', '-n', ns])).stdout,
    ),
  );
  const terminal = cockpit(['-n', ns], { cols: 120, rows: 40 });
  await terminal.until(/> .*nowhere/);
  terminal.press('d');
  await terminal.until(/warning (<1m|\d+m) ago ErrImageNeverPull nowhere-0: /);
  await terminal.until(/\(×[2-9]\)/, 60_000);
  terminal.press(KEY.ctrl('c'));
  await terminal.gone;

  await grant('bob', ns, [
    { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] },
    { apiGroups: ['apps'], resources: ['statefulsets'], verbs: ['get', 'list', 'watch'] },
  ]);
  const other = cockpit(['-n', ns], { cols: 120, rows: 40, kubeconfig: USERS.bob });
  await other.until(/> .*nowhere/);
  other.press('d');
  await other.until('warnings not known:');
  expect(other.screen().replaceAll(/\s+/g, ' ')).toMatch(/cannot list resource "events"|may not list events/);
  other.press(KEY.ctrl('c'));
  await other.gone;
});

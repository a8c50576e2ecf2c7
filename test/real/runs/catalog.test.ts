/** Definitions that come, change, break and go while a cockpit shows them, on a real API server. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { apply, cockpit, KEY, kubectl, kubectlFails, namespace, opsdeck, withCrds } from '../kit.ts';

const ns = await namespace('catalog');
/** Definitions belong to the whole cluster: one of this file's own. */
const NAME = `greet-${ns.slice(-6)}`;

const WORKLOAD = `
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: desk}
spec:
  serviceName: desk
  replicas: 1
  selector: {matchLabels: {app: desk}}
  template:
    metadata: {labels: {app: desk}}
    spec:
      terminationGracePeriodSeconds: 0
      containers: [{name: main, image: "local/redis:7", imagePullPolicy: Never, command: [sleep, "3600"]}]
`;
const definition = (description: string, parameters: string, strategies = '{container: {command: [echo, hello]}}') => `
apiVersion: opsdeck.dev/v1alpha1
kind: OpsDefinition
metadata: {name: ${NAME}}
spec:
  description: ${description}
  parameters: [${parameters}]
  strategies: ${strategies}
`;

withCrds();
beforeAll(async () => {
  await apply(WORKLOAD, ns);
  await kubectl(['rollout', 'status', 'statefulset/desk', '--timeout=120s'], { namespace: ns });
});
afterAll(async () => {
  await kubectlFails(['delete', 'opsdefinitions.opsdeck.dev', NAME, '--ignore-not-found']);
});

test('the list, an open form and an open plan follow the definition of the cluster', async () => {
  const terminal = cockpit(['-n', ns], { cols: 120, rows: 40 });
  await terminal.until(/> .*desk/);
  terminal.press('o');
  await terminal.until(/Operations for desk .* live/);
  await apply(definition('Says hello.', '{name: word, value: a}'));
  await terminal.until(new RegExp(`${NAME} +cluster +change +Says hello`));
  terminal.press(`/${NAME}${KEY.enter}`);
  await terminal.until(new RegExp(`> ${NAME}`));
  terminal.press(KEY.enter);
  await terminal.until(`${NAME} (cluster) on ${ns}/desk`);
  await apply(definition('Says hello twice.', '{name: word, value: a}, {name: second, value: b}'));
  await terminal.until('was changed in the cluster');
  terminal.press(KEY.ctrl('s'));
  await terminal.until('since this form was opened');
  expect(terminal.screen()).not.toContain('as a command');
  terminal.press(KEY.ctrl('o'));
  await terminal.until('second');
  terminal.press(KEY.ctrl('s'));
  await terminal.until("the cluster's own OpsDefinition");
  await kubectl(['delete', 'opsdefinitions.opsdeck.dev', NAME]);
  await terminal.until(`${NAME} is no longer in the cluster`);
  terminal.press('y');
  await terminal.until('It can not be started');
  expect(await kubectl(['get', 'opsrequests.opsdeck.dev', '-o', 'name'], { namespace: ns })).toBe('');
  terminal.press(KEY.ctrl('c'));
  await terminal.gone;
});

test('what can’t be executed is listed with its reason, on the screen and without one', async () => {
  await apply(definition('Never.', '{name: password, secret: true}'));
  const { stdout } = await opsdeck(['get', 'definitions', NAME]);
  expect(stdout).toMatch(new RegExp(`${NAME} .*broken +cluster +definition "${NAME}": parameter "password" is secret`));
  const terminal = cockpit(['-n', ns], { cols: 120, rows: 40 });
  await terminal.until(/> .*desk/);
  terminal.press(`:defs /${NAME}${KEY.enter}`);
  await terminal.until(new RegExp(`> ${NAME} +cluster +broken +definition`));
  terminal.press('y');
  await terminal.until('kind: OpsDefinition');
  terminal.press(KEY.ctrl('c'));
  await terminal.gone;
});

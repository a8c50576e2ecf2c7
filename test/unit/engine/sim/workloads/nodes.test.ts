import { afterEach, expect, it } from 'vitest';
import { type Lab, openLab, template } from './lab.ts';

let lab: Lab;
afterEach(() => lab.close());

it('a node says every five minutes that nothing has changed', async () => {
  lab = openLab();
  await lab.live(100);
  const conditions = () =>
    (
      lab.cluster.get('nodes', '', 'node-a')!.status as {
        conditions: { lastHeartbeatTime: string; lastTransitionTime: string }[];
      }
    ).conditions;
  const ages = () => conditions().map((one) => (lab.clock.now() - Date.parse(one.lastHeartbeatTime)) / 60_000);
  const before = conditions().map((one) => one.lastTransitionTime);
  for (let minute = 0; minute < 12; minute++) {
    lab.clock.advance(60_000, lab.cluster.drain);
    for (const age of ages()) expect(age).toBeLessThan(5.5);
  }
  expect(conditions().map((one) => one.lastTransitionTime)).toEqual(before);
});

it('a pod whose images were to be pulled with secrets that are not there says so, and goes on', async () => {
  lab = openLab();
  lab.cluster.create('secrets', { metadata: { name: 'there', namespace: 'default' } });
  const spec = { imagePullSecrets: ['none', 'there', 'nothing'].map((name) => ({ name })) };
  lab.cluster.create('pods', {
    metadata: { name: 'p', namespace: 'default' },
    spec: template({}, {}, spec).spec,
  });
  await lab.live(3000);
  expect(lab.events('p')).toContain(
    'FailedToRetrieveImagePullSecret: Unable to retrieve some image pull secrets (none, nothing); attempting to pull the image may not succeed.',
  );
  expect(lab.cluster.get('pods', 'default', 'p')?.status).toMatchObject({ phase: 'Running' });
});

/** A simulated server that speaks HTTP, asked through the API server. */
import { Agent, request } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { realClock } from '../../../../../engine/sim/index.ts';
import { type LiveSim, startLive } from '../../../../../engine/sim/live.ts';

let sim: LiveSim;
let agent: Agent;
beforeAll(async () => {
  sim = await startLive({ clock: realClock(), nodes: ['n1'], pace: 0.05 });
  agent = new Agent({ connect: { ca: sim.ca } });
  sim.cluster.create('pods', {
    metadata: { name: 'es-0', namespace: 'default', labels: { app: 'es' } },
    spec: { containers: [{ name: 'es', image: 'elasticsearch:8.15.3', ports: [{ containerPort: 9200 }] }] },
  });
  sim.cluster.create('services', {
    metadata: { name: 'es', namespace: 'default' },
    spec: { selector: { app: 'es' }, ports: [{ port: 80, targetPort: 9200 }] },
  });
});
afterAll(async () => {
  await agent.destroy();
  await sim.close();
});

async function ask(path: string, body?: string, headers: Record<string, string> = {}) {
  const answer = await request(`${sim.url}/api/v1/namespaces/default/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${sim.token}`, ...headers },
    body: body ?? null,
    dispatcher: agent,
  });
  return { code: answer.statusCode, type: answer.headers['content-type'], text: await answer.body.text() };
}

test('a Service’s answer is handed on, with its status and type; so are paths, queries and bodies', async () => {
  await expect.poll(async () => (await ask('services/es/proxy/')).code).toBe(200);
  const health = await ask('services/es:80/proxy/_cluster/health?pretty=false');
  expect(health).toMatchObject({ code: 200, type: 'application/json' });
  expect(JSON.parse(health.text)).toMatchObject({ number_of_nodes: 1 });
  expect((await ask('pods/es-0/proxy/_cat/nodes')).text).toMatch(/ es-0\n$/);
  const reroute = 'pods/es-0:9200/proxy/_cluster/reroute';
  expect(await ask(reroute, '{}')).toMatchObject({ code: 406, text: expect.stringContaining('header is missing') });
  const refused = await ask(reroute, 'no JSON', { 'content-type': 'application/json' });
  expect(refused).toMatchObject({ code: 400, text: expect.stringContaining("Unrecognized token 'no'") });
});

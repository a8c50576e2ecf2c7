import { type Clock, realClock } from './clock.ts';
import { type EngineOptions, type Engines, makeEngines } from './engines/index.ts';
import { type Sim, type SimOptions, startSim } from './index.ts';
import { type NodeOptions, type SimNodes, startNodes } from './node/index.ts';
import { addNodes, addStorageClass, type Controllers, startWorkloads } from './workloads/index.ts';

export interface LiveOptions extends SimOptions, NodeOptions, EngineOptions {
  /** Names of its nodes; three by default. */
  nodes?: readonly string[];
}

export interface LiveSim extends Sim {
  nodes: SimNodes;
  workloads: Controllers;
  engines: Engines;
}

/** A cluster that lives: the API server with nodes, controllers, scripted engines and a storage class. Rejects with one line (Unusable, or the port taken). */
export async function startLive(options: LiveOptions = {}): Promise<LiveSim> {
  const own = options.clock ? undefined : realClock();
  const clock = own ?? (options.clock as Clock);
  const engines = makeEngines(clock, options);
  const sim = await startSim({ ...options, clock });
  try {
    const nodes = startNodes(sim.cluster, { ...options, images: [...(options.images ?? []), ...engines.images] });
    const workloads = startWorkloads(sim.cluster, options);
    addNodes(sim.cluster, options.nodes ?? ['node-a', 'node-b', 'node-c']);
    addStorageClass(sim.cluster);
    return {
      ...sim,
      nodes,
      workloads,
      engines,
      async close() {
        workloads.close();
        nodes.close();
        own?.stop();
        await sim.close();
      },
    };
  } catch (error) {
    await sim.close();
    throw error;
  }
}

/** `_cluster/allocation/explain`: why a copy is where it is, or nowhere. */
import { copyOn, DELAY, decisions, filteredBy } from './allocation.ts';
import { failure, illegal, ok, parseBody, type Reply } from './reply.ts';
import type { Request } from './rest.ts';
import { type Elastic, elasticOf, isActive, nodeId, type Shard } from './state.ts';

const ROLES =
  'data data_cold data_content data_frozen data_hot data_warm ingest master ml remote_cluster_client transform'.split(
    ' ',
  );
const NOTE =
  'No shard was specified in the explain API request, so this response explains a randomly chosen unassigned shard. There may be other unassigned shards in this cluster which cannot be assigned for different reasons. It may not be possible to assign this shard until one of the other shards is assigned correctly. To explain the allocation of other shards (whether assigned or unassigned) you must specify the target shard in the request to this API.';

export function explain(request: Request): Reply {
  const { group, now } = request;
  const elastic = elasticOf(group);
  const asked = request.body === '' ? undefined : parseBody(request.body);
  const name = asked && String(asked.index);
  if (name !== undefined && !elastic.indices.has(name))
    throw failure(404, 'index_not_found_exception', `no such index [${name}]`, { index_uuid: '_na_', index: name });
  const shard = asked
    ? elastic.shards.find(
        (one) => one.index === name && one.number === Number(asked.shard) && one.primary === asked.primary,
      )
    : elastic.shards.find((one) => one.state === 'UNASSIGNED');
  if (!shard)
    throw illegal(
      asked
        ? `No shard was found for index [${name}] and shard [${String(asked.shard)}]`
        : 'No shard was specified in the request which means the response should explain a randomly-chosen unassigned shard, but there are no unassigned shards in this cluster. To explain the allocation of an assigned shard you must specify the target shard in the request.',
    );
  const nodes = group.up().map((member) => {
    const said = decisions(group, shard, member.name).filter(({ decision }) => decision === 'NO');
    return {
      node_id: nodeId(member),
      node_name: member.name,
      transport_address: `${member.host.ip}:9300`,
      node_attributes: { 'xpack.installed': 'true' },
      roles: ROLES,
      node_decision: said.length > 0 ? 'no' : 'yes',
      ...(said.length > 0 && { deciders: said }),
    };
  });
  const head = {
    index: shard.index,
    shard: shard.number,
    primary: shard.primary,
    current_state: shard.state.toLowerCase(),
  };
  if (isActive(shard)) {
    const member = group.members.get(shard.node);
    const filtered = filteredBy(group, shard.index, shard.node);
    return ok({
      ...head,
      current_node: {
        id: member ? nodeId(member) : '',
        name: shard.node,
        transport_address: `${member?.host.ip}:9300`,
        attributes: { 'xpack.installed': 'true' },
        roles: ROLES,
        weight_ranking: 1,
      },
      can_remain_on_current_node: filtered === undefined ? 'yes' : 'no',
      ...(filtered !== undefined && {
        can_remain_decisions: [{ decider: 'filter', decision: 'NO', explanation: filtered }],
      }),
      ...balance(elastic),
      node_allocation_decisions: nodes
        .filter((node) => node.node_name !== shard.node)
        .map(({ deciders, ...node }) => ({ ...node, weight_ranking: 1, ...(deciders && { deciders }) })),
    });
  }
  return ok({
    ...(!asked && { note: NOTE }),
    ...head,
    unassigned_info: {
      reason: shard.reason,
      at: new Date(shard.since ?? now).toISOString(),
      ...(shard.reason === 'NODE_LEFT' && { details: `node_left [${left(request, shard)}]` }),
      last_allocation_status: 'no_attempt',
    },
    ...verdict(request, shard),
    node_allocation_decisions: nodes,
  });
}

/** Whether a started copy may go elsewhere to even out. */
function balance({ shards }: Elastic): object {
  if (shards.every(isActive))
    return {
      can_rebalance_cluster: 'yes',
      can_rebalance_to_other_node: 'no',
      rebalance_explanation:
        'This shard is in a well-balanced location and satisfies all allocation rules so it will remain on this node. Elasticsearch cannot improve the cluster balance by moving it to another node. If you expect this shard to be rebalanced to another node, find the other node in the node-by-node explanation and address the reasons which prevent Elasticsearch from rebalancing this shard there.',
    };
  const decisions = [
    ['rebalance_only_when_active', 'rebalancing is not allowed until all copies of this shard are active'],
    [
      'cluster_rebalance',
      'the cluster has unassigned shards and cluster setting [cluster.routing.allocation.allow_rebalance] is set to [indices_all_active]',
    ],
  ].map(([decider, explanation]) => ({ decider, decision: 'NO', explanation }));
  return {
    can_rebalance_cluster: 'no',
    can_rebalance_cluster_decisions: decisions,
    can_rebalance_to_other_node: 'no',
    rebalance_explanation:
      'Elasticsearch is not allowed to allocate or rebalance this shard to another node. If you expect this shard to be rebalanced to another node, find this node in the node-by-node explanation and address the reasons which prevent Elasticsearch from rebalancing this shard there.',
  };
}

const left = ({ group }: Request, shard: Shard) => {
  const member = group.members.get(shard.node);
  return member ? nodeId(member) : '';
};

function verdict({ group, now }: Request, shard: Shard): object {
  const wait = Math.ceil(((shard.since ?? 0) + DELAY - now) / 1000);
  if (shard.reason === 'NODE_LEFT' && !shard.primary && wait > 0)
    return {
      can_allocate: 'allocation_delayed',
      allocate_explanation: `The node containing this shard copy recently left the cluster. Elasticsearch is waiting for it to return. If the node does not return within [${wait}s] then Elasticsearch will allocate this shard to another node. Please wait.`,
      configured_delay_in_millis: DELAY,
      remaining_delay_in_millis: wait * 1000,
    };
  if (shard.primary)
    return {
      can_allocate: 'no_valid_shard_copy',
      allocate_explanation: shard.corrupted
        ? "Elasticsearch can't allocate this shard because all the copies of its data in the cluster are stale or corrupt. Elasticsearch will allocate this shard when a node containing a good copy of its data joins the cluster. If no such node is available, restore this index from a recent snapshot."
        : "Elasticsearch can't allocate this shard because there are no copies of its data in the cluster. Elasticsearch will allocate this shard when a node holding a good copy of its data joins the cluster. If no such node is available, restore this index from a recent snapshot.",
    };
  const free = group.up().some((member) => copyOn(elasticOf(group), shard, member.name) === undefined);
  return free
    ? { can_allocate: 'yes', allocate_explanation: 'Elasticsearch can allocate the shard.' }
    : {
        can_allocate: 'no',
        allocate_explanation:
          "Elasticsearch isn't allowed to allocate this shard to any of the nodes in the cluster. Choose a node to which you expect this shard to be allocated, find this node in the node-by-node explanation, and address the reasons which prevent Elasticsearch from allocating this shard there.",
      };
}

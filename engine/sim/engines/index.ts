/**
 * Scripted databases: tools and servers that print what real ones print and keep state while the cluster lives. They are simulated, and
 * touch nothing but the clock and what their tools are given.
 */
import type { Clock } from '../clock.ts';
import type { Image } from '../node/tool.ts';
import { elasticEngine } from './elasticsearch/index.ts';
import { type Groups, makeGroups } from './group.ts';
import { influxEngine } from './influxdb.ts';
import { kafkaEngine } from './kafka/index.ts';
import { mysqlEngine } from './mysql.ts';
import { opengaussEngine } from './opengauss.ts';
import { postgresEngine } from './postgres.ts';
import { type RedisWorld, redisEngine } from './redis/index.ts';

export type { Group, Groups, Member } from './group.ts';

export interface Engines {
  images: readonly Image[];
  redis: RedisWorld;
  /** Servers of all other engines, and who leads. */
  groups: Groups;
}

export interface EngineOptions {
  /** Times everything that takes time; 1 is about what real engines need. */
  pace?: number;
}

/** The engines of one embedded cluster; pods of it share their state. */
export function makeEngines(clock: Clock, options: EngineOptions = {}): Engines {
  const pace = options.pace ?? 1;
  const redis = redisEngine(clock, { slot: pace, join: 500 * pace });
  const groups = makeGroups(clock);
  return {
    redis: redis.world,
    groups,
    // openGauss before PostgreSQL: the first image that matches is taken.
    images: [
      ...redis.images,
      ...kafkaEngine(clock, groups, pace),
      ...opengaussEngine(clock, groups, pace),
      ...postgresEngine(clock, groups),
      ...mysqlEngine(clock, groups),
      ...influxEngine(clock, groups, pace),
      ...elasticEngine(clock, groups, pace),
    ],
  };
}

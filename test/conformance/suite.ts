import { afterAll, beforeAll } from 'vitest';
import { Api } from './server.ts';

/** Opens the API for a test file, and closes it after. */
export function openApi(): Api {
  const api = new Api();
  beforeAll(() => api.open());
  afterAll(() => api.close());
  return api;
}

/** The same where the cluster must run pods. */
export function openLive(): Api {
  const api = new Api();
  beforeAll(() => api.openLive());
  afterAll(() => api.close());
  return api;
}

export { REAL } from './connection.ts';
export { pick } from './server.ts';

/** The kinds' fields, from a server's OpenAPI document. */
import type { Api } from '../../../conformance/server.ts';

export interface Schema {
  type?: string;
  format?: string;
  $ref?: string;
  items?: Schema;
  additionalProperties?: Schema;
  properties?: Record<string, Schema>;
  'x-kubernetes-group-version-kind'?: { group: string; version: string; kind: string }[];
}

export class Schemas {
  private readonly definitions: Record<string, Schema>;
  private readonly kinds = new Map<string, Schema>();

  constructor(definitions: Record<string, Schema>) {
    this.definitions = definitions;
    for (const schema of Object.values(definitions))
      for (const { group, version, kind } of schema['x-kubernetes-group-version-kind'] ?? [])
        this.kinds.set(`${group ? `${group}/` : ''}${version} ${kind}`, schema);
  }

  static async of(api: Api): Promise<Schemas> {
    const { body } = await api.get('/openapi/v2');
    return new Schemas(body.definitions as Record<string, Schema>);
  }

  kind(apiVersion: string, kind: string): Schema | undefined {
    return this.kinds.get(`${apiVersion} ${kind}`);
  }

  /** The schema itself, where this one only names it. `name` is the named type's. */
  resolve(schema: Schema | undefined): { name: string; schema: Schema } {
    if (!schema?.$ref) return { name: '', schema: schema ?? {} };
    const name = schema.$ref.replace('#/definitions/', '');
    return { name, schema: this.definitions[name] ?? {} };
  }
}

/**
 * Holds the hand-written types to the schemas when the project is compiled: a field that is in one and not in the other,
 * or of another type, makes `Differences` name its path and the assignment below an error.
 */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import type { OpsDefinitionSpec, OpsRequestSpec, OpsRequestStatus, ProviderSpec } from '../types.ts';
import type { definitionSpec } from './definition.ts';
import type { providerSpec } from './provider.ts';
import type { requestSpec, requestStatus } from './request.ts';

/** The CRD dialect as plain JSON Schema: objects closed, int-or-string spelled out, rules that aren't about types gone. */
type Plain<S> = S extends { 'x-kubernetes-int-or-string': true }
  ? { type: ['integer', 'string'] }
  : S extends { type: 'object'; properties: infer P }
    ? {
        type: 'object';
        properties: { -readonly [K in keyof P]: Plain<P[K]> };
        additionalProperties: S extends { 'x-kubernetes-preserve-unknown-fields': true } ? true : false;
      } & (S extends { required: infer R } ? { required: R } : unknown)
    : S extends { type: 'object'; additionalProperties: infer V }
      ? { type: 'object'; additionalProperties: Plain<V> }
      : S extends { type: 'array'; items: infer I }
        ? { type: 'array'; items: Plain<I> }
        : S extends { anyOf: infer A extends readonly unknown[] }
          ? { anyOf: { [K in keyof A]: Plain<A[K]> } }
          : S extends { type: infer T; enum: infer E }
            ? { type: T; enum: E }
            : S extends { type: infer T }
              ? { type: T }
              : Record<never, never>;

type TypeOf<S> = Plain<S> extends infer J extends JSONSchema ? FromSchema<J> : never;

type Keys<T> = keyof { [K in keyof T as string extends K ? never : K]: 1 };
type IsUnknown<T> = unknown extends T ? true : false;

/** The paths at which two types differ. */
type Differences<A, B, At extends string> =
  IsUnknown<A> extends true
    ? IsUnknown<B> extends true
      ? never
      : `${At}: only the type says more`
    : [A, B] extends [readonly (infer X)[], readonly (infer Y)[]]
      ? Differences<X, Y, `${At}[]`>
      : [A, B] extends [object, object]
        ? [A] extends [readonly unknown[]]
          ? never
          :
              | { [K in Exclude<Keys<A>, Keys<B>> & string]: `${At}.${K} is not in the type` }[Exclude<
                  Keys<A>,
                  Keys<B>
                > &
                  string]
              | { [K in Exclude<Keys<B>, Keys<A>> & string]: `${At}.${K} is not in the schema` }[Exclude<
                  Keys<B>,
                  Keys<A>
                > &
                  string]
              | {
                  [K in Keys<A> & Keys<B> & string]:
                    | (undefined extends A[K]
                        ? undefined extends B[K]
                          ? never
                          : `${At}.${K} is optional in the schema`
                        : never)
                    | (undefined extends B[K]
                        ? undefined extends A[K]
                          ? never
                          : `${At}.${K} is optional in the type`
                        : never)
                    | Differences<Exclude<A[K], undefined>, Exclude<B[K], undefined>, `${At}.${K}`>;
                }[Keys<A> & Keys<B> & string]
              | (string extends keyof A
                  ? string extends keyof B
                    ? Differences<A[string], B[string], `${At}.*`>
                    : `${At} is open in the schema`
                  : string extends keyof B
                    ? `${At} is open in the type`
                    : never)
        : [A] extends [B]
          ? [B] extends [A]
            ? never
            : `${At}: the type allows more`
          : `${At}: the schema allows more`;

type Same<S, T> = Differences<TypeOf<S>, T, 'spec'>;

export const typesFollowSchemas: [
  Same<typeof definitionSpec, OpsDefinitionSpec>,
  Same<typeof requestSpec, OpsRequestSpec>,
  Same<typeof requestStatus, OpsRequestStatus>,
  Same<typeof providerSpec, ProviderSpec>,
] extends [never, never, never, never]
  ? true
  : [
      Same<typeof definitionSpec, OpsDefinitionSpec>,
      Same<typeof requestSpec, OpsRequestSpec>,
      Same<typeof requestStatus, OpsRequestStatus>,
      Same<typeof providerSpec, ProviderSpec>,
    ] = true;

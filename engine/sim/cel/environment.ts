/** The library's parser; what it parses is checked and run here, see check.ts and evaluate.ts. */
import { type ASTNode, Environment } from '@marcbachmann/cel-js';

const LIMITS = { maxAstNodes: 20_000, maxDepth: 250, maxListElements: 1000, maxMapEntries: 1000, maxCallArguments: 32 };

let environment: Environment | undefined;

/** The syntax tree of an expression, or why it can't be read. */
export function parse(source: string): ASTNode | Error {
  environment ??= new Environment({ enableOptionalTypes: true, limits: LIMITS });
  try {
    return environment.parse(source).ast;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** What `get` needs to know of a kind of thing to list it. */
import type { Provider } from '../../engine/inventory/provider.ts';
import type { Denial } from '../../engine/inventory/reader.ts';
import type { KubeClient } from '../../engine/kube/types.ts';

export interface Column {
  title: string;
  /** Only with `-o wide`. */
  wide?: true;
}

export interface Item {
  /** As it is printed with `-o json` and `-o yaml`. */
  object: {
    apiVersion: string;
    kind: string;
    metadata: { name: string; namespace?: string; [field: string]: unknown };
    [field: string]: unknown;
  };
  /** One for each column; '' is printed as `<none>`. */
  cells: string[];
  /** As `-o name` prints it. */
  name: string;
}

export interface Question {
  /** null: all namespaces. */
  namespace: string | null;
  name: string | undefined;
  selector: string | undefined;
  cluster: string | undefined;
  /** Whole objects are wanted, not rows of a table. */
  whole: boolean;
}

export interface Answer {
  items: Item[];
  /** What may not be read, or could not be. */
  denied: Denial[];
  /** True where something that may be read could not be: the items are not all. */
  failed?: boolean;
  /** True where so much is denied that the items say nothing. */
  blind: boolean;
}

export interface Place {
  client: KubeClient;
  providers: readonly Provider[];
}

export interface Kind {
  /** The first is the plural that messages use. */
  names: string[];
  /** Without the namespace's. */
  columns: Column[];
  /** Throws a Refusal, a LookupError or a KubeError. */
  read: (from: Place, question: Question) => Promise<Answer>;
}

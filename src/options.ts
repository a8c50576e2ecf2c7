/** The flags that every command shares; they mean what kubectl's mean. */
export interface GlobalOptions {
  kubeconfig?: string;
  context?: string;
  namespace?: string;
  allNamespaces?: boolean;
  as?: string;
  asGroup?: string[];
  readonly?: boolean;
}

/** Columns of the built-in kinds as the real server names them: `Name:type[/format]`, with a + where only wide output shows it. */
const COLUMNS: Record<string, string> = {
  componentstatuses: 'Name:string/name|Status:string|Message:string|Error:string',
  configmaps: 'Name:string/name|Data:string|Age:string',
  endpoints: 'Name:string/name|Endpoints:string|Age:string',
  events:
    'Last Seen:string|Type:string|Reason:string|Object:string|Subobject:string+|Source:string+|Message:string|First Seen:string+|Count:string+|Name:string/name+',
  limitranges: 'Name:string/name|Created At:date',
  namespaces: 'Name:string/name|Status:string|Age:string',
  nodes:
    'Name:string/name|Status:string|Roles:string|Age:string|Version:string|Internal-IP:string+|External-IP:string+|OS-Image:string+|Kernel-Version:string+|Container-Runtime:string+',
  persistentvolumeclaims:
    'Name:string/name|Status:string|Volume:string|Capacity:string|Access Modes:string|StorageClass:string|VolumeAttributesClass:string|Age:string|VolumeMode:string+',
  persistentvolumes:
    'Name:string/name|Capacity:string|Access Modes:string|Reclaim Policy:string|Status:string|Claim:string|StorageClass:string|VolumeAttributesClass:string|Reason:string|Age:string|VolumeMode:string+',
  pods: 'Name:string/name|Ready:string|Status:string|Restarts:string|Age:string|IP:string+|Node:string+|Nominated Node:string+|Readiness Gates:string+',
  podtemplates: 'Name:string/name|Containers:string|Images:string|Pod Labels:string',
  replicationcontrollers:
    'Name:string/name|Desired:integer|Current:integer|Ready:integer|Age:string|Containers:string+|Images:string+|Selector:string+',
  resourcequotas: 'Name:string/name|Request:string|Limit:string|Age:string',
  secrets: 'Name:string/name|Type:string|Data:string|Age:string',
  serviceaccounts: 'Name:string/name|Secrets:string|Age:string',
  services:
    'Name:string/name|Type:string|Cluster-IP:string|External-IP:string|Port(s):string|Age:string|Selector:string+',
  'apiservices.apiregistration.k8s.io': 'Name:string/name|Service:string|Available:string|Age:string',
  'controllerrevisions.apps': 'Name:string/name|Controller:string|Revision:string|Age:string',
  'daemonsets.apps':
    'Name:string/name|Desired:integer|Current:integer|Ready:integer|Up-to-date:integer|Available:integer|Node Selector:string|Age:string|Containers:string+|Images:string+|Selector:string+',
  'deployments.apps':
    'Name:string/name|Ready:string|Up-to-date:string|Available:string|Age:string|Containers:string+|Images:string+|Selector:string+',
  'replicasets.apps':
    'Name:string/name|Desired:integer|Current:integer|Ready:integer|Age:string|Containers:string+|Images:string+|Selector:string+',
  'statefulsets.apps': 'Name:string/name|Ready:string|Age:string|Containers:string+|Images:string+',
  'events.events.k8s.io':
    'Last Seen:string|Type:string|Reason:string|Object:string|Subobject:string+|Source:string+|Message:string|First Seen:string+|Count:string+|Name:string/name+',
  'horizontalpodautoscalers.autoscaling':
    'Name:string/name|Reference:string|Targets:string|MinPods:string|MaxPods:string|Replicas:string|Age:string',
  'cronjobs.batch':
    'Name:string/name|Schedule:string|Timezone:string|Suspend:boolean|Active:integer|Last Schedule:string|Age:string|Containers:string+|Images:string+|Selector:string+',
  'jobs.batch':
    'Name:string/name|Status:string|Completions:string|Duration:string|Age:string|Containers:string+|Images:string+|Selector:string+',
  'certificatesigningrequests.certificates.k8s.io':
    'Name:string/name|Age:string|SignerName:string|Requestor:string|RequestedDuration:string|Condition:string',
  'ingressclasses.networking.k8s.io': 'Name:string/name|Controller:string|Parameters:string|Age:string',
  'ingresses.networking.k8s.io': 'Name:string/name|Class:string|Hosts:string|Address:string|Ports:string|Age:string',
  'ipaddresses.networking.k8s.io': 'Name:string/name|ParentRef:string',
  'networkpolicies.networking.k8s.io': 'Name:string/name|Pod-Selector:string|Age:string',
  'servicecidrs.networking.k8s.io': 'Name:string/name|CIDRs:string|Age:string',
  'poddisruptionbudgets.policy':
    'Name:string/name|Min Available:string|Max Unavailable:string|Allowed Disruptions:integer|Age:string',
  'clusterrolebindings.rbac.authorization.k8s.io':
    'Name:string/name|Role:string|Age:string|Users:string+|Groups:string+|ServiceAccounts:string+',
  'clusterroles.rbac.authorization.k8s.io': 'Name:string/name|Created At:date',
  'rolebindings.rbac.authorization.k8s.io':
    'Name:string/name|Role:string|Age:string|Users:string+|Groups:string+|ServiceAccounts:string+',
  'roles.rbac.authorization.k8s.io': 'Name:string/name|Created At:date',
  'csidrivers.storage.k8s.io':
    'Name:string/name|AttachRequired:boolean|PodInfoOnMount:boolean|StorageCapacity:boolean|TokenRequests:string|RequiresRepublish:boolean|Modes:string|Age:string',
  'csinodes.storage.k8s.io': 'Name:string/name|Drivers:integer|Age:string',
  'csistoragecapacities.storage.k8s.io': 'Name:string/name|Created At:date',
  'storageclasses.storage.k8s.io':
    'Name:string/name|Provisioner:string|ReclaimPolicy:string|VolumeBindingMode:string|AllowVolumeExpansion:string|Age:string',
  'volumeattachments.storage.k8s.io':
    'Name:string/name|Attacher:string/name|PV:string|Node:string|Attached:boolean|Age:string',
  'volumeattributesclasses.storage.k8s.io': 'Name:string/name|DriverName:string|Age:string',
  'mutatingwebhookconfigurations.admissionregistration.k8s.io': 'Name:string/name|Webhooks:integer|Age:string',
  'validatingadmissionpolicies.admissionregistration.k8s.io':
    'Name:string/name|Validations:integer|ParamKind:string|Age:string',
  'validatingadmissionpolicybindings.admissionregistration.k8s.io':
    'Name:string/name|PolicyName:string|ParamRef:string|Age:string',
  'validatingwebhookconfigurations.admissionregistration.k8s.io': 'Name:string/name|Webhooks:integer|Age:string',
  'customresourcedefinitions.apiextensions.k8s.io': 'Name:string/name|Created At:date',
  'priorityclasses.scheduling.k8s.io':
    'Name:string/name|Value:integer|Global-Default:boolean|Age:string|PreemptionPolicy:string',
  'leases.coordination.k8s.io': 'Name:string/name|Holder:string|Age:string',
  'runtimeclasses.node.k8s.io': 'Name:string/name|Handler:string|Age:string',
  'endpointslices.discovery.k8s.io': 'Name:string/name|AddressType:string|Ports:string|Endpoints:string|Age:string',
  'deviceclasses.resource.k8s.io': 'Name:string/name|Age:string',
  'resourceclaims.resource.k8s.io': 'Name:string/name|State:string|Age:string',
  'resourceclaimtemplates.resource.k8s.io': 'Name:string/name|Age:string',
  'resourceslices.resource.k8s.io': 'Name:string/name|Node:string|Driver:string|Pool:string|Age:string',
  'flowschemas.flowcontrol.apiserver.k8s.io':
    'Name:string/name|PriorityLevel:string|MatchingPrecedence:string|DistinguisherMethod:string|Age:string|MissingPL:string',
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io':
    'Name:string/name|Type:string|NominalConcurrencyShares:string|Queues:string|HandSize:string|QueueLengthLimit:string|Age:string',
};

export interface Column {
  name: string;
  type: string;
  format: string;
  description: string;
  priority: number;
}

const DEFAULT = 'Name:string/name|Created At:date';

/** Undefined where the server has no printer for the kind: a name and a creation time then. */
export function columnsOf(resource: string): Column[] {
  return (COLUMNS[resource] ?? DEFAULT).split('|').map((text) => {
    const wide = text.endsWith('+');
    const [name = '', kind = ''] = (wide ? text.slice(0, -1) : text).split(/:(?=[^:]*$)/);
    const [type = '', format = ''] = kind.split('/');
    return { name, type, format, description: '', priority: wide ? 1 : 0 };
  });
}

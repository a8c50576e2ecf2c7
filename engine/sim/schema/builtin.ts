/**
 * The fields of the Kubernetes 1.34 API types, one type a line; printed by test/conformance/types, read by table.ts, which says the form.
 */
export const BUILTIN_TYPES = `
admissionregistration.v1.AuditAnnotation key#1!:s valueExpression#2!:s
admissionregistration.v1.ExpressionWarning fieldRef#2!:s warning#3!:s
admissionregistration.v1.MatchCondition name#1!:s expression#2!:s
admissionregistration.v1.MatchResources @a namespaceSelector#1*:meta.v1.LabelSelector objectSelector#2*:meta.v1.LabelSelector resourceRules#3:[]admissionregistration.v1.NamedRuleWithOperations@a excludeResourceRules#4:[]admissionregistration.v1.NamedRuleWithOperations@a matchPolicy#7*:s|Equivalent|Exact
admissionregistration.v1.MutatingWebhook name#1!:s clientConfig#2!:admissionregistration.v1.WebhookClientConfig rules#3:[]admissionregistration.v1.RuleWithOperations@a failurePolicy#4*:s|Fail|Ignore matchPolicy#9*:s|Equivalent|Exact namespaceSelector#5*:meta.v1.LabelSelector objectSelector#11*:meta.v1.LabelSelector sideEffects#6!*:s|None|NoneOnDryRun|Some|Unknown timeoutSeconds#7*:i admissionReviewVersions#8!:[]s@a reinvocationPolicy#10*:s matchConditions#12:[]admissionregistration.v1.MatchCondition@name~merge:name
admissionregistration.v1.MutatingWebhookConfiguration metadata#1:meta.v1.ObjectMeta webhooks#2:[]admissionregistration.v1.MutatingWebhook@name~merge:name
admissionregistration.v1.NamedRuleWithOperations @a resourceNames#1:[]s@a operations#2.1:[]s@a|*|CONNECT|CREATE|DELETE|UPDATE apiGroups#2.2.1:[]s@a apiVersions#2.2.2:[]s@a resources#2.2.3:[]s@a scope#2.2.4*:s
admissionregistration.v1.ParamKind @a apiVersion#1:s kind#2:s
admissionregistration.v1.ParamRef @a name#1:s namespace#2:s selector#3*:meta.v1.LabelSelector parameterNotFoundAction#4*:s
admissionregistration.v1.RuleWithOperations operations#1:[]s@a|*|CONNECT|CREATE|DELETE|UPDATE apiGroups#2.1:[]s@a apiVersions#2.2:[]s@a resources#2.3:[]s@a scope#2.4*:s
admissionregistration.v1.ServiceReference namespace#1!:s name#2!:s path#3*:s port#4*:i
admissionregistration.v1.TypeChecking expressionWarnings#1:[]admissionregistration.v1.ExpressionWarning@a
admissionregistration.v1.ValidatingAdmissionPolicy metadata#1:meta.v1.ObjectMeta spec#2:admissionregistration.v1.ValidatingAdmissionPolicySpec status#3:admissionregistration.v1.ValidatingAdmissionPolicyStatus
admissionregistration.v1.ValidatingAdmissionPolicyBinding metadata#1:meta.v1.ObjectMeta spec#2:admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec
admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec policyName#1:s paramRef#2*:admissionregistration.v1.ParamRef matchResources#3*:admissionregistration.v1.MatchResources validationActions#4:[]s@s|Audit|Deny|Warn
admissionregistration.v1.ValidatingAdmissionPolicySpec paramKind#1*:admissionregistration.v1.ParamKind matchConstraints#2*:admissionregistration.v1.MatchResources validations#3:[]admissionregistration.v1.Validation@a failurePolicy#4*:s|Fail|Ignore auditAnnotations#5:[]admissionregistration.v1.AuditAnnotation@a matchConditions#6:[]admissionregistration.v1.MatchCondition@name~merge:name variables#7:[]admissionregistration.v1.Variable@name~merge:name
admissionregistration.v1.ValidatingAdmissionPolicyStatus observedGeneration#1:l typeChecking#2*:admissionregistration.v1.TypeChecking conditions#3:[]meta.v1.Condition@type
admissionregistration.v1.ValidatingWebhook name#1!:s clientConfig#2!:admissionregistration.v1.WebhookClientConfig rules#3:[]admissionregistration.v1.RuleWithOperations@a failurePolicy#4*:s|Fail|Ignore matchPolicy#9*:s|Equivalent|Exact namespaceSelector#5*:meta.v1.LabelSelector objectSelector#10*:meta.v1.LabelSelector sideEffects#6!*:s|None|NoneOnDryRun|Some|Unknown timeoutSeconds#7*:i admissionReviewVersions#8!:[]s@a matchConditions#11:[]admissionregistration.v1.MatchCondition@name~merge:name
admissionregistration.v1.ValidatingWebhookConfiguration metadata#1:meta.v1.ObjectMeta webhooks#2:[]admissionregistration.v1.ValidatingWebhook@name~merge:name
admissionregistration.v1.Validation expression#1!:s message#2:s reason#3*:s messageExpression#4:s
admissionregistration.v1.Variable @a name#1!:s expression#2!:s
admissionregistration.v1.WebhookClientConfig url#3*:s service#1*:admissionregistration.v1.ServiceReference caBundle#2:y
apiextensions.v1.CustomResourceColumnDefinition name#1!:s type#2!:s format#3:s description#4:s priority#5:i jsonPath#6!:s
apiextensions.v1.CustomResourceConversion strategy#1!:s webhook#2*:apiextensions.v1.WebhookConversion
apiextensions.v1.CustomResourceDefinition metadata#1:meta.v1.ObjectMeta spec#2!:apiextensions.v1.CustomResourceDefinitionSpec status#3:apiextensions.v1.CustomResourceDefinitionStatus
apiextensions.v1.CustomResourceDefinitionCondition type#1!:s status#2!:s lastTransitionTime#3:t reason#4:s message#5:s
apiextensions.v1.CustomResourceDefinitionNames plural#1!:s singular#2:s shortNames#3:[]s@a kind#4!:s listKind#5:s categories#6:[]s@a
apiextensions.v1.CustomResourceDefinitionSpec group#1!:s names#3!:apiextensions.v1.CustomResourceDefinitionNames scope#4!:s versions#7!:[]apiextensions.v1.CustomResourceDefinitionVersion@a conversion#9*:apiextensions.v1.CustomResourceConversion preserveUnknownFields#10:b
apiextensions.v1.CustomResourceDefinitionStatus conditions#1!$:[]apiextensions.v1.CustomResourceDefinitionCondition@type acceptedNames#2!$:apiextensions.v1.CustomResourceDefinitionNames storedVersions#3!$:[]s@a
apiextensions.v1.CustomResourceDefinitionVersion name#1!:s served#2!:b storage#3!:b deprecated#7:b deprecationWarning#8*:s schema#4*:apiextensions.v1.CustomResourceValidation subresources#5*:apiextensions.v1.CustomResourceSubresources additionalPrinterColumns#6:[]apiextensions.v1.CustomResourceColumnDefinition@a selectableFields#9:[]apiextensions.v1.SelectableField@a
apiextensions.v1.CustomResourceSubresourceScale specReplicasPath#1!:s statusReplicasPath#2!:s labelSelectorPath#3*:s
apiextensions.v1.CustomResourceSubresourceStatus
apiextensions.v1.CustomResourceSubresources status#1*:apiextensions.v1.CustomResourceSubresourceStatus scale#2*:apiextensions.v1.CustomResourceSubresourceScale
apiextensions.v1.CustomResourceValidation openAPIV3Schema#1*:apiextensions.v1.JSONSchemaProps
apiextensions.v1.ExternalDocumentation description#1:s url#2:s
apiextensions.v1.JSONSchemaProps id#1:s $schema#2:s $ref#3*:s description#4:s type#5:s format#6:s title#7:s default#8*:x maximum#9*:f exclusiveMaximum#10:b minimum#11*:f exclusiveMinimum#12:b maxLength#13*:l minLength#14*:l pattern#15:s maxItems#16*:l minItems#17*:l uniqueItems#18:b multipleOf#19*:f enum#20:[]x@a maxProperties#21*:l minProperties#22*:l required#23:[]s@a items#24*:x allOf#25:[]apiextensions.v1.JSONSchemaProps@a oneOf#26:[]apiextensions.v1.JSONSchemaProps@a anyOf#27:[]apiextensions.v1.JSONSchemaProps@a not#28*:apiextensions.v1.JSONSchemaProps properties#29:{}apiextensions.v1.JSONSchemaProps additionalProperties#30*:x patternProperties#31:{}apiextensions.v1.JSONSchemaProps dependencies#32:{}x additionalItems#33*:x definitions#34:{}apiextensions.v1.JSONSchemaProps externalDocs#35*:apiextensions.v1.ExternalDocumentation example#36*:x nullable#37:b x-kubernetes-preserve-unknown-fields#38*:b x-kubernetes-embedded-resource#39:b x-kubernetes-int-or-string#40:b x-kubernetes-list-map-keys#41:[]s@a x-kubernetes-list-type#42*:s x-kubernetes-map-type#43*:s x-kubernetes-validations#44:[]apiextensions.v1.ValidationRule@rule~merge:rule
apiextensions.v1.SelectableField jsonPath#1!:s
apiextensions.v1.ServiceReference namespace#1!:s name#2!:s path#3*:s port#4*:i
apiextensions.v1.ValidationRule rule#1!:s message#2:s messageExpression#3:s reason#4*:s|FieldValueDuplicate|FieldValueForbidden|FieldValueInvalid|FieldValueRequired fieldPath#5:s optionalOldSelf#6*:b
apiextensions.v1.WebhookClientConfig url#3*:s service#1*:apiextensions.v1.ServiceReference caBundle#2:y
apiextensions.v1.WebhookConversion clientConfig#2*:apiextensions.v1.WebhookClientConfig conversionReviewVersions#3!:[]s@a
apiregistration.v1.APIService metadata#1:meta.v1.ObjectMeta spec#2:apiregistration.v1.APIServiceSpec status#3:apiregistration.v1.APIServiceStatus
apiregistration.v1.APIServiceCondition type#1!:s status#2!:s lastTransitionTime#3:t reason#4:s message#5:s
apiregistration.v1.APIServiceSpec service#1*:apiregistration.v1.ServiceReference group#2:s version#3:s insecureSkipTLSVerify#4:b caBundle#5:y@a groupPriorityMinimum#7!:i versionPriority#8!:i
apiregistration.v1.APIServiceStatus conditions#1:[]apiregistration.v1.APIServiceCondition@type~merge:type
apiregistration.v1.ServiceReference namespace#1:s name#2:s port#3*:i
apps.v1.ControllerRevision metadata#1:meta.v1.ObjectMeta data#2:x revision#3!:l
apps.v1.DaemonSet metadata#1:meta.v1.ObjectMeta spec#2:apps.v1.DaemonSetSpec status#3:apps.v1.DaemonSetStatus
apps.v1.DaemonSetCondition type#1!:s status#2!:s lastTransitionTime#3:t reason#4:s message#5:s
apps.v1.DaemonSetSpec selector#1!*:meta.v1.LabelSelector template#2!:core.v1.PodTemplateSpec updateStrategy#3:apps.v1.DaemonSetUpdateStrategy minReadySeconds#4:i revisionHistoryLimit#6*:i
apps.v1.DaemonSetStatus currentNumberScheduled#1!:i numberMisscheduled#2!:i desiredNumberScheduled#3!:i numberReady#4!:i observedGeneration#5:l updatedNumberScheduled#6:i numberAvailable#7:i numberUnavailable#8:i collisionCount#9*:i conditions#10:[]apps.v1.DaemonSetCondition@type~merge:type
apps.v1.DaemonSetUpdateStrategy type#1:s|OnDelete|RollingUpdate rollingUpdate#2*:apps.v1.RollingUpdateDaemonSet
apps.v1.Deployment metadata#1:meta.v1.ObjectMeta spec#2:apps.v1.DeploymentSpec status#3:apps.v1.DeploymentStatus
apps.v1.DeploymentCondition type#1!:s status#2!:s lastUpdateTime#6:t lastTransitionTime#7:t reason#4:s message#5:s
apps.v1.DeploymentSpec replicas#1*:i selector#2!*:meta.v1.LabelSelector template#3!:core.v1.PodTemplateSpec strategy#4:apps.v1.DeploymentStrategy~retainKeys minReadySeconds#5:i revisionHistoryLimit#6*:i paused#7:b progressDeadlineSeconds#9*:i
apps.v1.DeploymentStatus observedGeneration#1:l replicas#2:i updatedReplicas#3:i readyReplicas#7:i availableReplicas#4:i unavailableReplicas#5:i terminatingReplicas#9*:i conditions#6:[]apps.v1.DeploymentCondition@type~merge:type collisionCount#8*:i
apps.v1.DeploymentStrategy type#1:s|Recreate|RollingUpdate rollingUpdate#2*:apps.v1.RollingUpdateDeployment
apps.v1.ReplicaSet metadata#1:meta.v1.ObjectMeta spec#2:apps.v1.ReplicaSetSpec status#3:apps.v1.ReplicaSetStatus
apps.v1.ReplicaSetCondition type#1!:s status#2!:s lastTransitionTime#3:t reason#4:s message#5:s
apps.v1.ReplicaSetSpec replicas#1*:i minReadySeconds#4:i selector#2!*:meta.v1.LabelSelector template#3:core.v1.PodTemplateSpec
apps.v1.ReplicaSetStatus replicas#1!:i fullyLabeledReplicas#2:i readyReplicas#4:i availableReplicas#5:i terminatingReplicas#7*:i observedGeneration#3:l conditions#6:[]apps.v1.ReplicaSetCondition@type~merge:type
apps.v1.RollingUpdateDaemonSet maxUnavailable#1*:o maxSurge#2*:o
apps.v1.RollingUpdateDeployment maxUnavailable#1*:o maxSurge#2*:o
apps.v1.RollingUpdateStatefulSetStrategy partition#1*:i maxUnavailable#2*:o
apps.v1.StatefulSet metadata#1:meta.v1.ObjectMeta spec#2:apps.v1.StatefulSetSpec status#3:apps.v1.StatefulSetStatus
apps.v1.StatefulSetCondition type#1!:s status#2!:s lastTransitionTime#3:t reason#4:s message#5:s
apps.v1.StatefulSetOrdinals start#1!$:i
apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy whenDeleted#1:s whenScaled#2:s
apps.v1.StatefulSetSpec replicas#1*:i selector#2!*:meta.v1.LabelSelector template#3!:core.v1.PodTemplateSpec volumeClaimTemplates#4:[]core.v1.PersistentVolumeClaim@a serviceName#5!$:s podManagementPolicy#6:s|OrderedReady|Parallel updateStrategy#7:apps.v1.StatefulSetUpdateStrategy revisionHistoryLimit#8*:i minReadySeconds#9:i persistentVolumeClaimRetentionPolicy#10*:apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy ordinals#11*:apps.v1.StatefulSetOrdinals
apps.v1.StatefulSetStatus observedGeneration#1:l replicas#2!:i readyReplicas#3:i currentReplicas#4:i updatedReplicas#5:i currentRevision#6:s updateRevision#7:s collisionCount#9*:i conditions#10:[]apps.v1.StatefulSetCondition@type~merge:type availableReplicas#11!$:i
apps.v1.StatefulSetUpdateStrategy type#1:s|OnDelete|RollingUpdate rollingUpdate#2*:apps.v1.RollingUpdateStatefulSetStrategy
authentication.v1.BoundObjectReference kind#1:s apiVersion#2:s name#3:s uid#4:s
authentication.v1.SelfSubjectReview metadata#1:meta.v1.ObjectMeta status#2:authentication.v1.SelfSubjectReviewStatus
authentication.v1.SelfSubjectReviewStatus userInfo#1:authentication.v1.UserInfo
authentication.v1.TokenRequest metadata#1:meta.v1.ObjectMeta spec#2!:authentication.v1.TokenRequestSpec status#3:authentication.v1.TokenRequestStatus
authentication.v1.TokenRequestSpec audiences#1!:[]s@a expirationSeconds#4!*:l boundObjectRef#3!*:authentication.v1.BoundObjectReference
authentication.v1.TokenRequestStatus token#1!:s expirationTimestamp#2!:t
authentication.v1.TokenReview metadata#1:meta.v1.ObjectMeta spec#2!:authentication.v1.TokenReviewSpec status#3:authentication.v1.TokenReviewStatus
authentication.v1.TokenReviewSpec token#1:s audiences#2:[]s@a
authentication.v1.TokenReviewStatus authenticated#1:b user#2:authentication.v1.UserInfo audiences#4:[]s@a error#3:s
authentication.v1.UserInfo username#1:s uid#2:s groups#3:[]s@a extra#4:{}[]s
authorization.v1.FieldSelectorAttributes rawSelector#1:s requirements#2:[]meta.v1.FieldSelectorRequirement@a
authorization.v1.LabelSelectorAttributes rawSelector#1:s requirements#2:[]meta.v1.LabelSelectorRequirement@a
authorization.v1.LocalSubjectAccessReview metadata#1:meta.v1.ObjectMeta spec#2!:authorization.v1.SubjectAccessReviewSpec status#3:authorization.v1.SubjectAccessReviewStatus
authorization.v1.NonResourceAttributes path#1:s verb#2:s
authorization.v1.NonResourceRule verbs#1!:[]s@a nonResourceURLs#2:[]s@a
authorization.v1.ResourceAttributes namespace#1:s verb#2:s group#3:s version#4:s resource#5:s subresource#6:s name#7:s fieldSelector#8*:authorization.v1.FieldSelectorAttributes labelSelector#9*:authorization.v1.LabelSelectorAttributes
authorization.v1.ResourceRule verbs#1!:[]s@a apiGroups#2:[]s@a resources#3:[]s@a resourceNames#4:[]s@a
authorization.v1.SelfSubjectAccessReview metadata#1:meta.v1.ObjectMeta spec#2!:authorization.v1.SelfSubjectAccessReviewSpec status#3:authorization.v1.SubjectAccessReviewStatus
authorization.v1.SelfSubjectAccessReviewSpec resourceAttributes#1*:authorization.v1.ResourceAttributes nonResourceAttributes#2*:authorization.v1.NonResourceAttributes
authorization.v1.SelfSubjectRulesReview metadata#1:meta.v1.ObjectMeta spec#2!:authorization.v1.SelfSubjectRulesReviewSpec status#3:authorization.v1.SubjectRulesReviewStatus
authorization.v1.SelfSubjectRulesReviewSpec namespace#1:s
authorization.v1.SubjectAccessReview metadata#1:meta.v1.ObjectMeta spec#2!:authorization.v1.SubjectAccessReviewSpec status#3:authorization.v1.SubjectAccessReviewStatus
authorization.v1.SubjectAccessReviewSpec resourceAttributes#1*:authorization.v1.ResourceAttributes nonResourceAttributes#2*:authorization.v1.NonResourceAttributes user#3:s groups#4:[]s@a extra#5:{}[]s uid#6:s
authorization.v1.SubjectAccessReviewStatus allowed#1!:b denied#4:b reason#2:s evaluationError#3:s
authorization.v1.SubjectRulesReviewStatus resourceRules#1!:[]authorization.v1.ResourceRule@a nonResourceRules#2!:[]authorization.v1.NonResourceRule@a incomplete#3!:b evaluationError#4:s
autoscaling.v1.CrossVersionObjectReference @a kind#1!:s name#2!:s apiVersion#3:s
autoscaling.v1.HorizontalPodAutoscaler metadata#1:meta.v1.ObjectMeta spec#2:autoscaling.v1.HorizontalPodAutoscalerSpec status#3:autoscaling.v1.HorizontalPodAutoscalerStatus
autoscaling.v1.HorizontalPodAutoscalerSpec scaleTargetRef#1!:autoscaling.v1.CrossVersionObjectReference minReplicas#2*:i maxReplicas#3!:i targetCPUUtilizationPercentage#4*:i
autoscaling.v1.HorizontalPodAutoscalerStatus observedGeneration#1*:l lastScaleTime#2*:t currentReplicas#3!:i desiredReplicas#4!:i currentCPUUtilizationPercentage#5*:i
autoscaling.v1.Scale metadata#1:meta.v1.ObjectMeta spec#2:autoscaling.v1.ScaleSpec status#3:autoscaling.v1.ScaleStatus
autoscaling.v1.ScaleSpec replicas#1:i
autoscaling.v1.ScaleStatus replicas#1!:i selector#2:s
autoscaling.v2.ContainerResourceMetricSource name#1!:s target#2!:autoscaling.v2.MetricTarget container#3!:s
autoscaling.v2.ContainerResourceMetricStatus name#1!:s current#2!:autoscaling.v2.MetricValueStatus container#3!:s
autoscaling.v2.CrossVersionObjectReference kind#1!:s name#2!:s apiVersion#3:s
autoscaling.v2.ExternalMetricSource metric#1!:autoscaling.v2.MetricIdentifier target#2!:autoscaling.v2.MetricTarget
autoscaling.v2.ExternalMetricStatus metric#1!:autoscaling.v2.MetricIdentifier current#2!:autoscaling.v2.MetricValueStatus
autoscaling.v2.HPAScalingPolicy type#1!:s value#2!:i periodSeconds#3!:i
autoscaling.v2.HPAScalingRules stabilizationWindowSeconds#3*:i selectPolicy#1*:s policies#2:[]autoscaling.v2.HPAScalingPolicy@a tolerance#4*:q
autoscaling.v2.HorizontalPodAutoscaler metadata#1:meta.v1.ObjectMeta spec#2:autoscaling.v2.HorizontalPodAutoscalerSpec status#3:autoscaling.v2.HorizontalPodAutoscalerStatus
autoscaling.v2.HorizontalPodAutoscalerBehavior scaleUp#1*:autoscaling.v2.HPAScalingRules scaleDown#2*:autoscaling.v2.HPAScalingRules
autoscaling.v2.HorizontalPodAutoscalerCondition type#1!:s status#2!:s lastTransitionTime#3:t reason#4:s message#5:s
autoscaling.v2.HorizontalPodAutoscalerSpec scaleTargetRef#1!:autoscaling.v2.CrossVersionObjectReference minReplicas#2*:i maxReplicas#3!:i metrics#4:[]autoscaling.v2.MetricSpec@a behavior#5*:autoscaling.v2.HorizontalPodAutoscalerBehavior
autoscaling.v2.HorizontalPodAutoscalerStatus observedGeneration#1*:l lastScaleTime#2*:t currentReplicas#3:i desiredReplicas#4!:i currentMetrics#5!$:[]autoscaling.v2.MetricStatus@a conditions#6:[]autoscaling.v2.HorizontalPodAutoscalerCondition@type~merge:type
autoscaling.v2.MetricIdentifier name#1!:s selector#2*:meta.v1.LabelSelector
autoscaling.v2.MetricSpec type#1!:s object#2*:autoscaling.v2.ObjectMetricSource pods#3*:autoscaling.v2.PodsMetricSource resource#4*:autoscaling.v2.ResourceMetricSource containerResource#7*:autoscaling.v2.ContainerResourceMetricSource external#5*:autoscaling.v2.ExternalMetricSource
autoscaling.v2.MetricStatus type#1!:s object#2*:autoscaling.v2.ObjectMetricStatus pods#3*:autoscaling.v2.PodsMetricStatus resource#4*:autoscaling.v2.ResourceMetricStatus containerResource#7*:autoscaling.v2.ContainerResourceMetricStatus external#5*:autoscaling.v2.ExternalMetricStatus
autoscaling.v2.MetricTarget type#1!:s value#2*:q averageValue#3*:q averageUtilization#4*:i
autoscaling.v2.MetricValueStatus value#1*:q averageValue#2*:q averageUtilization#3*:i
autoscaling.v2.ObjectMetricSource describedObject#1!:autoscaling.v2.CrossVersionObjectReference target#2!:autoscaling.v2.MetricTarget metric#3!:autoscaling.v2.MetricIdentifier
autoscaling.v2.ObjectMetricStatus metric#1!:autoscaling.v2.MetricIdentifier current#2!:autoscaling.v2.MetricValueStatus describedObject#3!:autoscaling.v2.CrossVersionObjectReference
autoscaling.v2.PodsMetricSource metric#1!:autoscaling.v2.MetricIdentifier target#2!:autoscaling.v2.MetricTarget
autoscaling.v2.PodsMetricStatus metric#1!:autoscaling.v2.MetricIdentifier current#2!:autoscaling.v2.MetricValueStatus
autoscaling.v2.ResourceMetricSource name#1!:s target#2!:autoscaling.v2.MetricTarget
autoscaling.v2.ResourceMetricStatus name#1!:s current#2!:autoscaling.v2.MetricValueStatus
batch.v1.CronJob metadata#1:meta.v1.ObjectMeta spec#2:batch.v1.CronJobSpec status#3:batch.v1.CronJobStatus
batch.v1.CronJobSpec schedule#1!:s timeZone#8*:s startingDeadlineSeconds#2*:l concurrencyPolicy#3:s|Allow|Forbid|Replace suspend#4*:b jobTemplate#5!:batch.v1.JobTemplateSpec successfulJobsHistoryLimit#6*:i failedJobsHistoryLimit#7*:i
batch.v1.CronJobStatus active#1:[]core.v1.ObjectReference@a lastScheduleTime#4*:t lastSuccessfulTime#5*:t
batch.v1.Job metadata#1:meta.v1.ObjectMeta spec#2:batch.v1.JobSpec status#3:batch.v1.JobStatus
batch.v1.JobCondition type#1!:s status#2!:s lastProbeTime#3:t lastTransitionTime#4:t reason#5:s message#6:s
batch.v1.JobSpec parallelism#1*:i completions#2*:i activeDeadlineSeconds#3*:l podFailurePolicy#11*:batch.v1.PodFailurePolicy successPolicy#16*:batch.v1.SuccessPolicy backoffLimit#7*:i backoffLimitPerIndex#12*:i maxFailedIndexes#13*:i selector#4*:meta.v1.LabelSelector manualSelector#5*:b template#6!:core.v1.PodTemplateSpec ttlSecondsAfterFinished#8*:i completionMode#9*:s|Indexed|NonIndexed suspend#10*:b podReplacementPolicy#14*:s|Failed|TerminatingOrFailed managedBy#15*:s
batch.v1.JobStatus conditions#1:[]batch.v1.JobCondition@a~merge:type startTime#2*:t completionTime#3*:t active#4:i succeeded#5:i failed#6:i terminating#11*:i completedIndexes#7:s failedIndexes#10*:s uncountedTerminatedPods#8*:batch.v1.UncountedTerminatedPods ready#9*:i
batch.v1.JobTemplateSpec metadata#1:meta.v1.ObjectMeta spec#2:batch.v1.JobSpec
batch.v1.PodFailurePolicy rules#1!:[]batch.v1.PodFailurePolicyRule@a
batch.v1.PodFailurePolicyOnExitCodesRequirement containerName#1*:s operator#2!:s|In|NotIn values#3!:[]i@s
batch.v1.PodFailurePolicyOnPodConditionsPattern type#1!:s status#2!:s
batch.v1.PodFailurePolicyRule action#1!:s|Count|FailIndex|FailJob|Ignore onExitCodes#2*:batch.v1.PodFailurePolicyOnExitCodesRequirement onPodConditions#3:[]batch.v1.PodFailurePolicyOnPodConditionsPattern@a
batch.v1.SuccessPolicy rules#1!:[]batch.v1.SuccessPolicyRule@a
batch.v1.SuccessPolicyRule succeededIndexes#1*:s succeededCount#2*:i
batch.v1.UncountedTerminatedPods succeeded#1:[]s@s failed#2:[]s@s
certificates.v1.CertificateSigningRequest metadata#1:meta.v1.ObjectMeta spec#2!:certificates.v1.CertificateSigningRequestSpec status#3:certificates.v1.CertificateSigningRequestStatus
certificates.v1.CertificateSigningRequestCondition type#1!:s status#6!:s reason#2:s message#3:s lastUpdateTime#4:t lastTransitionTime#5:t
certificates.v1.CertificateSigningRequestSpec request#1!:y@a signerName#7!:s expirationSeconds#8*:i usages#5:[]s@a|any|cert+sign|client+auth|code+signing|content+commitment|crl+sign|data+encipherment|decipher+only|digital+signature|email+protection|encipher+only|ipsec+end+system|ipsec+tunnel|ipsec+user|key+agreement|key+encipherment|microsoft+sgc|netscape+sgc|ocsp+signing|s/mime|server+auth|signing|timestamping username#2:s uid#3:s groups#4:[]s@a extra#6:{}[]s
certificates.v1.CertificateSigningRequestStatus conditions#1:[]certificates.v1.CertificateSigningRequestCondition@type certificate#2:y@a
coordination.v1.Lease metadata#1:meta.v1.ObjectMeta spec#2:coordination.v1.LeaseSpec
coordination.v1.LeaseSpec holderIdentity#1*:s leaseDurationSeconds#2*:i acquireTime#3*:u renewTime#4*:u leaseTransitions#5*:i strategy#6*:s preferredHolder#7*:s
core.v1.AWSElasticBlockStoreVolumeSource volumeID#1!:s fsType#2:s partition#3:i readOnly#4:b
core.v1.Affinity nodeAffinity#1*:core.v1.NodeAffinity podAffinity#2*:core.v1.PodAffinity podAntiAffinity#3*:core.v1.PodAntiAffinity
core.v1.AppArmorProfile type#1!:s|Localhost|RuntimeDefault|Unconfined localhostProfile#2*:s
core.v1.AttachedVolume name#1!:s devicePath#2!:s
core.v1.AzureDiskVolumeSource diskName#1!:s diskURI#2!:s cachingMode#3*:s|None|ReadOnly|ReadWrite="ReadWrite" fsType#4*:s="ext4" readOnly#5*:b kind#6*:s|Dedicated|Managed|Shared="Shared"
core.v1.AzureFilePersistentVolumeSource secretName#1!:s shareName#2!:s readOnly#3:b secretNamespace#4!*$:s
core.v1.AzureFileVolumeSource secretName#1!:s shareName#2!:s readOnly#3:b
core.v1.Binding metadata#1:meta.v1.ObjectMeta target#2!:core.v1.ObjectReference
core.v1.CSIPersistentVolumeSource driver#1!:s volumeHandle#2!:s readOnly#3:b fsType#4:s volumeAttributes#5:{}s controllerPublishSecretRef#6*:core.v1.SecretReference nodeStageSecretRef#7*:core.v1.SecretReference nodePublishSecretRef#8*:core.v1.SecretReference controllerExpandSecretRef#9*:core.v1.SecretReference nodeExpandSecretRef#10*:core.v1.SecretReference
core.v1.CSIVolumeSource driver#1!:s readOnly#2*:b fsType#3*:s volumeAttributes#4:{}s nodePublishSecretRef#5*:core.v1.LocalObjectReference
core.v1.Capabilities add#1:[]s@a drop#2:[]s@a
core.v1.CephFSPersistentVolumeSource monitors#1!:[]s@a path#2:s user#3:s secretFile#4:s secretRef#5*:core.v1.SecretReference readOnly#6:b
core.v1.CephFSVolumeSource monitors#1!:[]s@a path#2:s user#3:s secretFile#4:s secretRef#5*:core.v1.LocalObjectReference readOnly#6:b
core.v1.CinderPersistentVolumeSource volumeID#1!:s fsType#2:s readOnly#3:b secretRef#4*:core.v1.SecretReference
core.v1.CinderVolumeSource volumeID#1!:s fsType#2:s readOnly#3:b secretRef#4*:core.v1.LocalObjectReference
core.v1.ClientIPConfig timeoutSeconds#1*:i
core.v1.ClusterTrustBundleProjection name#1*:s signerName#2*:s labelSelector#3*:meta.v1.LabelSelector optional#5*:b path#4!:s
core.v1.ComponentCondition type#1!:s status#2!:s message#3:s error#4:s
core.v1.ComponentStatus metadata#1:meta.v1.ObjectMeta conditions#2:[]core.v1.ComponentCondition@type~merge:type
core.v1.ConfigMap metadata#1:meta.v1.ObjectMeta immutable#4*:b data#2:{}s binaryData#3:{}y
core.v1.ConfigMapEnvSource name#1.1:s optional#2*:b
core.v1.ConfigMapKeySelector @a name#1.1:s key#2!:s optional#3*:b
core.v1.ConfigMapNodeConfigSource namespace#1!:s name#2!:s uid#3:s resourceVersion#4:s kubeletConfigKey#5!:s
core.v1.ConfigMapProjection name#1.1:s items#2:[]core.v1.KeyToPath@a optional#4*:b
core.v1.ConfigMapVolumeSource name#1.1:s items#2:[]core.v1.KeyToPath@a defaultMode#3*:i optional#4*:b
core.v1.Container name#1!:s image#2:s command#3:[]s@a args#4:[]s@a workingDir#5:s ports#6:[]core.v1.ContainerPort@containerPort,protocol~merge:containerPort envFrom#19:[]core.v1.EnvFromSource@a env#7:[]core.v1.EnvVar@name~merge:name resources#8:core.v1.ResourceRequirements resizePolicy#23:[]core.v1.ContainerResizePolicy@a restartPolicy#24*:s restartPolicyRules#25:[]core.v1.ContainerRestartRule@a volumeMounts#9:[]core.v1.VolumeMount@mountPath~merge:mountPath volumeDevices#21:[]core.v1.VolumeDevice@devicePath~merge:devicePath livenessProbe#10*:core.v1.Probe readinessProbe#11*:core.v1.Probe startupProbe#22*:core.v1.Probe lifecycle#12*:core.v1.Lifecycle terminationMessagePath#13:s terminationMessagePolicy#20:s|FallbackToLogsOnError|File imagePullPolicy#14:s|Always|IfNotPresent|Never securityContext#15*:core.v1.SecurityContext stdin#16:b stdinOnce#17:b tty#18:b
core.v1.ContainerExtendedResourceRequest containerName#1!:s resourceName#2!:s requestName#3!:s
core.v1.ContainerImage names#1!$:[]s@a sizeBytes#2:l
core.v1.ContainerPort name#1:s hostPort#2:i containerPort#3!:i protocol#4:s|SCTP|TCP|UDP="TCP" hostIP#5:s
core.v1.ContainerResizePolicy resourceName#1!:s restartPolicy#2!:s
core.v1.ContainerRestartRule action#1$:s exitCodes#2*:core.v1.ContainerRestartRuleOnExitCodes
core.v1.ContainerRestartRuleOnExitCodes operator#1$:s values#2:[]i@s
core.v1.ContainerState waiting#1*:core.v1.ContainerStateWaiting running#2*:core.v1.ContainerStateRunning terminated#3*:core.v1.ContainerStateTerminated
core.v1.ContainerStateRunning startedAt#1:t
core.v1.ContainerStateTerminated exitCode#1!:i signal#2:i reason#3:s message#4:s startedAt#5:t finishedAt#6:t containerID#7:s
core.v1.ContainerStateWaiting reason#1:s message#2:s
core.v1.ContainerStatus name#1!:s state#2:core.v1.ContainerState lastState#3:core.v1.ContainerState ready#4!:b restartCount#5!:i image#6!:s imageID#7!:s containerID#8:s started#9*:b allocatedResources#10:{}q resources#11*:core.v1.ResourceRequirements volumeMounts#12:[]core.v1.VolumeMountStatus@mountPath~merge:mountPath user#13*:core.v1.ContainerUser allocatedResourcesStatus#14:[]core.v1.ResourceStatus@name~merge:name stopSignal#15*:s|SIGABRT|SIGALRM|SIGBUS|SIGCHLD|SIGCLD|SIGCONT|SIGFPE|SIGHUP|SIGILL|SIGINT|SIGIO|SIGIOT|SIGKILL|SIGPIPE|SIGPOLL|SIGPROF|SIGPWR|SIGQUIT|SIGRTMAX|SIGRTMAX-1|SIGRTMAX-10|SIGRTMAX-11|SIGRTMAX-12|SIGRTMAX-13|SIGRTMAX-14|SIGRTMAX-2|SIGRTMAX-3|SIGRTMAX-4|SIGRTMAX-5|SIGRTMAX-6|SIGRTMAX-7|SIGRTMAX-8|SIGRTMAX-9|SIGRTMIN|SIGRTMIN+1|SIGRTMIN+10|SIGRTMIN+11|SIGRTMIN+12|SIGRTMIN+13|SIGRTMIN+14|SIGRTMIN+15|SIGRTMIN+2|SIGRTMIN+3|SIGRTMIN+4|SIGRTMIN+5|SIGRTMIN+6|SIGRTMIN+7|SIGRTMIN+8|SIGRTMIN+9|SIGSEGV|SIGSTKFLT|SIGSTOP|SIGSYS|SIGTERM|SIGTRAP|SIGTSTP|SIGTTIN|SIGTTOU|SIGURG|SIGUSR1|SIGUSR2|SIGVTALRM|SIGWINCH|SIGXCPU|SIGXFSZ
core.v1.ContainerUser linux#1*:core.v1.LinuxContainerUser
core.v1.DaemonEndpoint Port#1!:i
core.v1.DownwardAPIProjection items#1:[]core.v1.DownwardAPIVolumeFile@a
core.v1.DownwardAPIVolumeFile path#1!:s fieldRef#2*:core.v1.ObjectFieldSelector resourceFieldRef#3*:core.v1.ResourceFieldSelector mode#4*:i
core.v1.DownwardAPIVolumeSource items#1:[]core.v1.DownwardAPIVolumeFile@a defaultMode#2*:i
core.v1.EmptyDirVolumeSource medium#1:s sizeLimit#2*:q
core.v1.EndpointAddress @a ip#1!:s hostname#3:s nodeName#4*:s targetRef#2*:core.v1.ObjectReference
core.v1.EndpointPort @a name#1:s port#2!:i protocol#3:s|SCTP|TCP|UDP appProtocol#4*:s
core.v1.EndpointSubset addresses#1:[]core.v1.EndpointAddress@a notReadyAddresses#2:[]core.v1.EndpointAddress@a ports#3:[]core.v1.EndpointPort@a
core.v1.Endpoints metadata#1:meta.v1.ObjectMeta subsets#2:[]core.v1.EndpointSubset@a
core.v1.EnvFromSource prefix#1:s configMapRef#2*:core.v1.ConfigMapEnvSource secretRef#3*:core.v1.SecretEnvSource
core.v1.EnvVar name#1!:s value#2:s valueFrom#3*:core.v1.EnvVarSource
core.v1.EnvVarSource fieldRef#1*:core.v1.ObjectFieldSelector resourceFieldRef#2*:core.v1.ResourceFieldSelector configMapKeyRef#3*:core.v1.ConfigMapKeySelector secretKeyRef#4*:core.v1.SecretKeySelector fileKeyRef#5*:core.v1.FileKeySelector
core.v1.EphemeralContainer name#1.1!:s image#1.2:s command#1.3:[]s@a args#1.4:[]s@a workingDir#1.5:s ports#1.6:[]core.v1.ContainerPort@containerPort,protocol~merge:containerPort envFrom#1.19:[]core.v1.EnvFromSource@a env#1.7:[]core.v1.EnvVar@name~merge:name resources#1.8:core.v1.ResourceRequirements resizePolicy#1.23:[]core.v1.ContainerResizePolicy@a restartPolicy#1.24*:s restartPolicyRules#1.25:[]core.v1.ContainerRestartRule@a volumeMounts#1.9:[]core.v1.VolumeMount@mountPath~merge:mountPath volumeDevices#1.21:[]core.v1.VolumeDevice@devicePath~merge:devicePath livenessProbe#1.10*:core.v1.Probe readinessProbe#1.11*:core.v1.Probe startupProbe#1.22*:core.v1.Probe lifecycle#1.12*:core.v1.Lifecycle terminationMessagePath#1.13:s terminationMessagePolicy#1.20:s|FallbackToLogsOnError|File imagePullPolicy#1.14:s|Always|IfNotPresent|Never securityContext#1.15*:core.v1.SecurityContext stdin#1.16:b stdinOnce#1.17:b tty#1.18:b targetContainerName#2:s
core.v1.EphemeralVolumeSource volumeClaimTemplate#1*:core.v1.PersistentVolumeClaimTemplate
core.v1.Event metadata#1!:meta.v1.ObjectMeta involvedObject#2!:core.v1.ObjectReference reason#3:s message#4:s source#5:core.v1.EventSource firstTimestamp#6:t lastTimestamp#7:t count#8:i type#9:s eventTime#10:u series#11*:core.v1.EventSeries action#12:s related#13*:core.v1.ObjectReference reportingComponent#14!$:s reportingInstance#15!$:s
core.v1.EventSeries count#1:i lastObservedTime#2:u
core.v1.EventSource component#1:s host#2:s
core.v1.ExecAction command#1:[]s@a
core.v1.FCVolumeSource targetWWNs#1:[]s@a lun#2*:i fsType#3:s readOnly#4:b wwids#5:[]s@a
core.v1.FileKeySelector @a volumeName#1!:s path#2!:s key#3!:s optional#4*:b
core.v1.FlexPersistentVolumeSource driver#1!:s fsType#2:s secretRef#3*:core.v1.SecretReference readOnly#4:b options#5:{}s
core.v1.FlexVolumeSource driver#1!:s fsType#2:s secretRef#3*:core.v1.LocalObjectReference readOnly#4:b options#5:{}s
core.v1.FlockerVolumeSource datasetName#1:s datasetUUID#2:s
core.v1.GCEPersistentDiskVolumeSource pdName#1!:s fsType#2:s partition#3:i readOnly#4:b
core.v1.GRPCAction port#1!:i service#2!*$:s
core.v1.GitRepoVolumeSource repository#1!:s revision#2:s directory#3:s
core.v1.GlusterfsPersistentVolumeSource endpoints#1!:s path#2!:s readOnly#3:b endpointsNamespace#4*:s
core.v1.GlusterfsVolumeSource endpoints#1!:s path#2!:s readOnly#3:b
core.v1.HTTPGetAction path#1:s port#2!:o host#3:s scheme#4:s|HTTP|HTTPS httpHeaders#5:[]core.v1.HTTPHeader@a
core.v1.HTTPHeader name#1!:s value#2!:s
core.v1.HostAlias ip#1!:s hostnames#2:[]s@a
core.v1.HostIP ip#1!:s
core.v1.HostPathVolumeSource path#1!:s type#2*:s||BlockDevice|CharDevice|Directory|DirectoryOrCreate|File|FileOrCreate|Socket
core.v1.ISCSIPersistentVolumeSource targetPortal#1!:s iqn#2!:s lun#3!:i iscsiInterface#4:s="default" fsType#5:s readOnly#6:b portals#7:[]s@a chapAuthDiscovery#8:b chapAuthSession#11:b secretRef#10*:core.v1.SecretReference initiatorName#12*:s
core.v1.ISCSIVolumeSource targetPortal#1!:s iqn#2!:s lun#3!:i iscsiInterface#4:s="default" fsType#5:s readOnly#6:b portals#7:[]s@a chapAuthDiscovery#8:b chapAuthSession#11:b secretRef#10*:core.v1.LocalObjectReference initiatorName#12*:s
core.v1.ImageVolumeSource reference#1:s pullPolicy#2:s|Always|IfNotPresent|Never
core.v1.KeyToPath key#1!:s path#2!:s mode#3*:i
core.v1.Lifecycle postStart#1*:core.v1.LifecycleHandler preStop#2*:core.v1.LifecycleHandler stopSignal#3*:s|SIGABRT|SIGALRM|SIGBUS|SIGCHLD|SIGCLD|SIGCONT|SIGFPE|SIGHUP|SIGILL|SIGINT|SIGIO|SIGIOT|SIGKILL|SIGPIPE|SIGPOLL|SIGPROF|SIGPWR|SIGQUIT|SIGRTMAX|SIGRTMAX-1|SIGRTMAX-10|SIGRTMAX-11|SIGRTMAX-12|SIGRTMAX-13|SIGRTMAX-14|SIGRTMAX-2|SIGRTMAX-3|SIGRTMAX-4|SIGRTMAX-5|SIGRTMAX-6|SIGRTMAX-7|SIGRTMAX-8|SIGRTMAX-9|SIGRTMIN|SIGRTMIN+1|SIGRTMIN+10|SIGRTMIN+11|SIGRTMIN+12|SIGRTMIN+13|SIGRTMIN+14|SIGRTMIN+15|SIGRTMIN+2|SIGRTMIN+3|SIGRTMIN+4|SIGRTMIN+5|SIGRTMIN+6|SIGRTMIN+7|SIGRTMIN+8|SIGRTMIN+9|SIGSEGV|SIGSTKFLT|SIGSTOP|SIGSYS|SIGTERM|SIGTRAP|SIGTSTP|SIGTTIN|SIGTTOU|SIGURG|SIGUSR1|SIGUSR2|SIGVTALRM|SIGWINCH|SIGXCPU|SIGXFSZ
core.v1.LifecycleHandler exec#1*:core.v1.ExecAction httpGet#2*:core.v1.HTTPGetAction tcpSocket#3*:core.v1.TCPSocketAction sleep#4*:core.v1.SleepAction
core.v1.LimitRange metadata#1:meta.v1.ObjectMeta spec#2:core.v1.LimitRangeSpec
core.v1.LimitRangeItem type#1!:s max#2:{}q min#3:{}q default#4:{}q defaultRequest#5:{}q maxLimitRequestRatio#6:{}q
core.v1.LimitRangeSpec limits#1!:[]core.v1.LimitRangeItem@a
core.v1.LinuxContainerUser uid#1!:l gid#2!:l supplementalGroups#3:[]l@a
core.v1.LoadBalancerIngress ip#1:s hostname#2:s ipMode#3*:s ports#4:[]core.v1.PortStatus@a
core.v1.LoadBalancerStatus ingress#1:[]core.v1.LoadBalancerIngress@a
core.v1.LocalObjectReference @a name#1:s
core.v1.LocalVolumeSource path#1!:s fsType#2*:s
core.v1.ModifyVolumeStatus targetVolumeAttributesClassName#1:s status#2!:s|InProgress|Infeasible|Pending
core.v1.NFSVolumeSource server#1!:s path#2!:s readOnly#3:b
core.v1.Namespace metadata#1:meta.v1.ObjectMeta spec#2:core.v1.NamespaceSpec status#3:core.v1.NamespaceStatus
core.v1.NamespaceCondition type#1!:s status#2!:s lastTransitionTime#4:t reason#5:s message#6:s
core.v1.NamespaceSpec finalizers#1:[]s@a
core.v1.NamespaceStatus phase#1:s|Active|Terminating conditions#2:[]core.v1.NamespaceCondition@type~merge:type
core.v1.Node metadata#1:meta.v1.ObjectMeta spec#2:core.v1.NodeSpec status#3:core.v1.NodeStatus
core.v1.NodeAddress type#1!:s address#2!:s
core.v1.NodeAffinity requiredDuringSchedulingIgnoredDuringExecution#1*:core.v1.NodeSelector preferredDuringSchedulingIgnoredDuringExecution#2:[]core.v1.PreferredSchedulingTerm@a
core.v1.NodeCondition type#1!:s status#2!:s lastHeartbeatTime#3:t lastTransitionTime#4:t reason#5:s message#6:s
core.v1.NodeConfigSource configMap#2*:core.v1.ConfigMapNodeConfigSource
core.v1.NodeConfigStatus assigned#1*:core.v1.NodeConfigSource active#2*:core.v1.NodeConfigSource lastKnownGood#3*:core.v1.NodeConfigSource error#4:s
core.v1.NodeDaemonEndpoints kubeletEndpoint#1:core.v1.DaemonEndpoint
core.v1.NodeFeatures supplementalGroupsPolicy#1*:b
core.v1.NodeRuntimeHandler name#1!$:s features#2*:core.v1.NodeRuntimeHandlerFeatures
core.v1.NodeRuntimeHandlerFeatures recursiveReadOnlyMounts#1*:b userNamespaces#2*:b
core.v1.NodeSelector @a nodeSelectorTerms#1!:[]core.v1.NodeSelectorTerm@a
core.v1.NodeSelectorRequirement key#1!:s operator#2!:s|DoesNotExist|Exists|Gt|In|Lt|NotIn values#3:[]s@a
core.v1.NodeSelectorTerm @a matchExpressions#1:[]core.v1.NodeSelectorRequirement@a matchFields#2:[]core.v1.NodeSelectorRequirement@a
core.v1.NodeSpec podCIDR#1:s podCIDRs#7:[]s@s~merge providerID#3:s unschedulable#4:b taints#5:[]core.v1.Taint@a configSource#6*:core.v1.NodeConfigSource externalID#2:s
core.v1.NodeStatus capacity#1:{}q allocatable#2:{}q phase#3:s|Pending|Running|Terminated conditions#4:[]core.v1.NodeCondition@type~merge:type addresses#5:[]core.v1.NodeAddress@type~merge:type daemonEndpoints#6:core.v1.NodeDaemonEndpoints nodeInfo#7:core.v1.NodeSystemInfo images#8:[]core.v1.ContainerImage@a volumesInUse#9:[]s@a volumesAttached#10:[]core.v1.AttachedVolume@a config#11*:core.v1.NodeConfigStatus runtimeHandlers#12:[]core.v1.NodeRuntimeHandler@a features#13*:core.v1.NodeFeatures
core.v1.NodeSwapStatus capacity#1*:l
core.v1.NodeSystemInfo machineID#1!:s systemUUID#2!:s bootID#3!:s kernelVersion#4!:s osImage#5!:s containerRuntimeVersion#6!:s kubeletVersion#7!:s kubeProxyVersion#8!:s operatingSystem#9!:s architecture#10!:s swap#11*:core.v1.NodeSwapStatus
core.v1.ObjectFieldSelector @a apiVersion#1:s fieldPath#2!:s
core.v1.ObjectReference @a kind#1:s namespace#2:s name#3:s uid#4:s apiVersion#5:s resourceVersion#6:s fieldPath#7:s
core.v1.PersistentVolume metadata#1:meta.v1.ObjectMeta spec#2:core.v1.PersistentVolumeSpec status#3:core.v1.PersistentVolumeStatus
core.v1.PersistentVolumeClaim metadata#1:meta.v1.ObjectMeta spec#2:core.v1.PersistentVolumeClaimSpec status#3:core.v1.PersistentVolumeClaimStatus
core.v1.PersistentVolumeClaimCondition type#1!:s status#2!:s lastProbeTime#3:t lastTransitionTime#4:t reason#5:s message#6:s
core.v1.PersistentVolumeClaimSpec accessModes#1:[]s@a|ReadOnlyMany|ReadWriteMany|ReadWriteOnce|ReadWriteOncePod selector#4*:meta.v1.LabelSelector resources#2:core.v1.VolumeResourceRequirements volumeName#3:s storageClassName#5*:s volumeMode#6*:s|Block|Filesystem dataSource#7*:core.v1.TypedLocalObjectReference dataSourceRef#8*:core.v1.TypedObjectReference volumeAttributesClassName#9*:s
core.v1.PersistentVolumeClaimStatus phase#1:s|Bound|Lost|Pending accessModes#2:[]s@a|ReadOnlyMany|ReadWriteMany|ReadWriteOnce|ReadWriteOncePod capacity#3:{}q conditions#4:[]core.v1.PersistentVolumeClaimCondition@type~merge:type allocatedResources#5:{}q allocatedResourceStatuses#7:{}s currentVolumeAttributesClassName#8*:s modifyVolumeStatus#9*:core.v1.ModifyVolumeStatus
core.v1.PersistentVolumeClaimTemplate metadata#1:meta.v1.ObjectMeta spec#2!:core.v1.PersistentVolumeClaimSpec
core.v1.PersistentVolumeClaimVolumeSource claimName#1!:s readOnly#2:b
core.v1.PersistentVolumeSpec capacity#1:{}q gcePersistentDisk#2.1*:core.v1.GCEPersistentDiskVolumeSource awsElasticBlockStore#2.2*:core.v1.AWSElasticBlockStoreVolumeSource hostPath#2.3*:core.v1.HostPathVolumeSource glusterfs#2.4*:core.v1.GlusterfsPersistentVolumeSource nfs#2.5*:core.v1.NFSVolumeSource rbd#2.6*:core.v1.RBDPersistentVolumeSource iscsi#2.7*:core.v1.ISCSIPersistentVolumeSource cinder#2.8*:core.v1.CinderPersistentVolumeSource cephfs#2.9*:core.v1.CephFSPersistentVolumeSource fc#2.10*:core.v1.FCVolumeSource flocker#2.11*:core.v1.FlockerVolumeSource flexVolume#2.12*:core.v1.FlexPersistentVolumeSource azureFile#2.13*:core.v1.AzureFilePersistentVolumeSource vsphereVolume#2.14*:core.v1.VsphereVirtualDiskVolumeSource quobyte#2.15*:core.v1.QuobyteVolumeSource azureDisk#2.16*:core.v1.AzureDiskVolumeSource photonPersistentDisk#2.17*:core.v1.PhotonPersistentDiskVolumeSource portworxVolume#2.18*:core.v1.PortworxVolumeSource scaleIO#2.19*:core.v1.ScaleIOPersistentVolumeSource local#2.20*:core.v1.LocalVolumeSource storageos#2.21*:core.v1.StorageOSPersistentVolumeSource csi#2.22*:core.v1.CSIPersistentVolumeSource accessModes#3:[]s@a|ReadOnlyMany|ReadWriteMany|ReadWriteOnce|ReadWriteOncePod claimRef#4*:core.v1.ObjectReference persistentVolumeReclaimPolicy#5:s|Delete|Recycle|Retain storageClassName#6:s mountOptions#7:[]s@a volumeMode#8*:s|Block|Filesystem nodeAffinity#9*:core.v1.VolumeNodeAffinity volumeAttributesClassName#10*:s
core.v1.PersistentVolumeStatus phase#1:s|Available|Bound|Failed|Pending|Released message#2:s reason#3:s lastPhaseTransitionTime#4*:t
core.v1.PhotonPersistentDiskVolumeSource pdID#1!:s fsType#2:s
core.v1.Pod metadata#1:meta.v1.ObjectMeta spec#2:core.v1.PodSpec status#3:core.v1.PodStatus
core.v1.PodAffinity requiredDuringSchedulingIgnoredDuringExecution#1:[]core.v1.PodAffinityTerm@a preferredDuringSchedulingIgnoredDuringExecution#2:[]core.v1.WeightedPodAffinityTerm@a
core.v1.PodAffinityTerm labelSelector#1*:meta.v1.LabelSelector namespaces#2:[]s@a topologyKey#3!:s namespaceSelector#4*:meta.v1.LabelSelector matchLabelKeys#5:[]s@a mismatchLabelKeys#6:[]s@a
core.v1.PodAntiAffinity requiredDuringSchedulingIgnoredDuringExecution#1:[]core.v1.PodAffinityTerm@a preferredDuringSchedulingIgnoredDuringExecution#2:[]core.v1.WeightedPodAffinityTerm@a
core.v1.PodCertificateProjection signerName#1$:s keyType#2$:s maxExpirationSeconds#3*:i credentialBundlePath#4:s keyPath#5:s certificateChainPath#6:s
core.v1.PodCondition type#1!:s observedGeneration#7:l status#2!:s lastProbeTime#3:t lastTransitionTime#4:t reason#5:s message#6:s
core.v1.PodDNSConfig nameservers#1:[]s@a searches#2:[]s@a options#3:[]core.v1.PodDNSConfigOption@a
core.v1.PodDNSConfigOption name#1:s value#2*:s
core.v1.PodExtendedResourceClaimStatus requestMappings#1!:[]core.v1.ContainerExtendedResourceRequest@a resourceClaimName#2!:s
core.v1.PodIP ip#1!:s
core.v1.PodOS name#1!:s
core.v1.PodReadinessGate conditionType#1!:s
core.v1.PodResourceClaim name#1!:s resourceClaimName#3*:s resourceClaimTemplateName#4*:s
core.v1.PodResourceClaimStatus name#1!:s resourceClaimName#2*:s
core.v1.PodSchedulingGate name#1!:s
core.v1.PodSecurityContext seLinuxOptions#1*:core.v1.SELinuxOptions windowsOptions#8*:core.v1.WindowsSecurityContextOptions runAsUser#2*:l runAsGroup#6*:l runAsNonRoot#3*:b supplementalGroups#4:[]l@a supplementalGroupsPolicy#12*:s|Merge|Strict fsGroup#5*:l sysctls#7:[]core.v1.Sysctl@a fsGroupChangePolicy#9*:s|Always|OnRootMismatch seccompProfile#10*:core.v1.SeccompProfile appArmorProfile#11*:core.v1.AppArmorProfile seLinuxChangePolicy#13*:s
core.v1.PodSpec volumes#1:[]core.v1.Volume@name~merge,retainKeys:name initContainers#20:[]core.v1.Container@name~merge:name containers#2!:[]core.v1.Container@name~merge:name ephemeralContainers#34:[]core.v1.EphemeralContainer@name~merge:name restartPolicy#3:s|Always|Never|OnFailure terminationGracePeriodSeconds#4*:l activeDeadlineSeconds#5*:l dnsPolicy#6:s|ClusterFirst|ClusterFirstWithHostNet|Default|None nodeSelector#7:{}s@a serviceAccountName#8:s serviceAccount#9:s automountServiceAccountToken#21*:b nodeName#10:s hostNetwork#11:b hostPID#12:b hostIPC#13:b shareProcessNamespace#27*:b securityContext#14*:core.v1.PodSecurityContext imagePullSecrets#15:[]core.v1.LocalObjectReference@name~merge:name hostname#16:s subdomain#17:s affinity#18*:core.v1.Affinity schedulerName#19:s tolerations#22:[]core.v1.Toleration@a hostAliases#23:[]core.v1.HostAlias@ip~merge:ip priorityClassName#24:s priority#25*:i dnsConfig#26*:core.v1.PodDNSConfig readinessGates#28:[]core.v1.PodReadinessGate@a runtimeClassName#29*:s enableServiceLinks#30*:b preemptionPolicy#31*:s|Never|PreemptLowerPriority overhead#32:{}q topologySpreadConstraints#33:[]core.v1.TopologySpreadConstraint@topologyKey,whenUnsatisfiable~merge:topologyKey setHostnameAsFQDN#35*:b os#36*:core.v1.PodOS hostUsers#37*:b schedulingGates#38:[]core.v1.PodSchedulingGate@name~merge:name resourceClaims#39:[]core.v1.PodResourceClaim@name~merge,retainKeys:name resources#40*:core.v1.ResourceRequirements hostnameOverride#41*:s
core.v1.PodStatus observedGeneration#17:l phase#1:s|Failed|Pending|Running|Succeeded|Unknown conditions#2:[]core.v1.PodCondition@type~merge:type message#3:s reason#4:s nominatedNodeName#11:s hostIP#5:s hostIPs#16:[]core.v1.HostIP@a~merge:ip podIP#6:s podIPs#12:[]core.v1.PodIP@ip~merge:ip startTime#7*:t initContainerStatuses#10:[]core.v1.ContainerStatus@a containerStatuses#8:[]core.v1.ContainerStatus@a qosClass#9:s|BestEffort|Burstable|Guaranteed ephemeralContainerStatuses#13:[]core.v1.ContainerStatus@a resize#14:s resourceClaimStatuses#15:[]core.v1.PodResourceClaimStatus@name~merge,retainKeys:name extendedResourceClaimStatus#18*:core.v1.PodExtendedResourceClaimStatus
core.v1.PodTemplate metadata#1:meta.v1.ObjectMeta template#2:core.v1.PodTemplateSpec
core.v1.PodTemplateSpec metadata#1:meta.v1.ObjectMeta spec#2:core.v1.PodSpec
core.v1.PortStatus port#1!:i protocol#2!:s|SCTP|TCP|UDP error#3*:s
core.v1.PortworxVolumeSource volumeID#1!:s fsType#2:s readOnly#3:b
core.v1.PreferredSchedulingTerm weight#1!:i preference#2!:core.v1.NodeSelectorTerm
core.v1.Probe exec#1.1*:core.v1.ExecAction httpGet#1.2*:core.v1.HTTPGetAction tcpSocket#1.3*:core.v1.TCPSocketAction grpc#1.4*:core.v1.GRPCAction initialDelaySeconds#2:i timeoutSeconds#3:i periodSeconds#4:i successThreshold#5:i failureThreshold#6:i terminationGracePeriodSeconds#7*:l
core.v1.ProjectedVolumeSource sources#1!$:[]core.v1.VolumeProjection@a defaultMode#2*:i
core.v1.QuobyteVolumeSource registry#1!:s volume#2!:s readOnly#3:b user#4:s group#5:s tenant#6:s
core.v1.RBDPersistentVolumeSource monitors#1!:[]s@a image#2!:s fsType#3:s pool#4:s="rbd" user#5:s="admin" keyring#6:s="/etc/ceph/keyring" secretRef#7*:core.v1.SecretReference readOnly#8:b
core.v1.RBDVolumeSource monitors#1!:[]s@a image#2!:s fsType#3:s pool#4:s="rbd" user#5:s="admin" keyring#6:s="/etc/ceph/keyring" secretRef#7*:core.v1.LocalObjectReference readOnly#8:b
core.v1.ReplicationController metadata#1:meta.v1.ObjectMeta spec#2:core.v1.ReplicationControllerSpec status#3:core.v1.ReplicationControllerStatus
core.v1.ReplicationControllerCondition type#1!:s status#2!:s lastTransitionTime#3:t reason#4:s message#5:s
core.v1.ReplicationControllerSpec replicas#1*:i=1 minReadySeconds#4:i selector#2:{}s@a template#3*:core.v1.PodTemplateSpec
core.v1.ReplicationControllerStatus replicas#1!:i fullyLabeledReplicas#2:i readyReplicas#4:i availableReplicas#5:i observedGeneration#3:l conditions#6:[]core.v1.ReplicationControllerCondition@type~merge:type
core.v1.ResourceClaim name#1!:s request#2:s
core.v1.ResourceFieldSelector @a containerName#1:s resource#2!:s divisor#3:q
core.v1.ResourceHealth resourceID#1!:s health#2:s
core.v1.ResourceQuota metadata#1:meta.v1.ObjectMeta spec#2:core.v1.ResourceQuotaSpec status#3:core.v1.ResourceQuotaStatus
core.v1.ResourceQuotaSpec hard#1:{}q scopes#2:[]s@a|BestEffort|CrossNamespacePodAffinity|NotBestEffort|NotTerminating|PriorityClass|Terminating|VolumeAttributesClass scopeSelector#3*:core.v1.ScopeSelector
core.v1.ResourceQuotaStatus hard#1:{}q used#2:{}q
core.v1.ResourceRequirements limits#1:{}q requests#2:{}q claims#3:[]core.v1.ResourceClaim@name
core.v1.ResourceStatus name#1!:s resources#2:[]core.v1.ResourceHealth@resourceID
core.v1.SELinuxOptions user#1:s role#2:s type#3:s level#4:s
core.v1.ScaleIOPersistentVolumeSource gateway#1!:s system#2!:s secretRef#3!*:core.v1.SecretReference sslEnabled#4:b protectionDomain#5:s storagePool#6:s storageMode#7:s="ThinProvisioned" volumeName#8:s fsType#9:s="xfs" readOnly#10:b
core.v1.ScaleIOVolumeSource gateway#1!:s system#2!:s secretRef#3!*:core.v1.LocalObjectReference sslEnabled#4:b protectionDomain#5:s storagePool#6:s storageMode#7:s="ThinProvisioned" volumeName#8:s fsType#9:s="xfs" readOnly#10:b
core.v1.ScopeSelector @a matchExpressions#1:[]core.v1.ScopedResourceSelectorRequirement@a
core.v1.ScopedResourceSelectorRequirement scopeName#1!:s|BestEffort|CrossNamespacePodAffinity|NotBestEffort|NotTerminating|PriorityClass|Terminating|VolumeAttributesClass operator#2!:s|DoesNotExist|Exists|In|NotIn values#3:[]s@a
core.v1.SeccompProfile type#1!:s|Localhost|RuntimeDefault|Unconfined localhostProfile#2*:s
core.v1.Secret metadata#1:meta.v1.ObjectMeta immutable#5*:b data#2:{}y stringData#4:{}s type#3:s
core.v1.SecretEnvSource name#1.1:s optional#2*:b
core.v1.SecretKeySelector @a name#1.1:s key#2!:s optional#3*:b
core.v1.SecretProjection name#1.1:s items#2:[]core.v1.KeyToPath@a optional#4*:b
core.v1.SecretReference @a name#1:s namespace#2:s
core.v1.SecretVolumeSource secretName#1:s items#2:[]core.v1.KeyToPath@a defaultMode#3*:i optional#4*:b
core.v1.SecurityContext capabilities#1*:core.v1.Capabilities privileged#2*:b seLinuxOptions#3*:core.v1.SELinuxOptions windowsOptions#10*:core.v1.WindowsSecurityContextOptions runAsUser#4*:l runAsGroup#8*:l runAsNonRoot#5*:b readOnlyRootFilesystem#6*:b allowPrivilegeEscalation#7*:b procMount#9*:s|Default|Unmasked seccompProfile#11*:core.v1.SeccompProfile appArmorProfile#12*:core.v1.AppArmorProfile
core.v1.Service metadata#1:meta.v1.ObjectMeta spec#2:core.v1.ServiceSpec status#3:core.v1.ServiceStatus
core.v1.ServiceAccount metadata#1:meta.v1.ObjectMeta secrets#2:[]core.v1.ObjectReference@name~merge:name imagePullSecrets#3:[]core.v1.LocalObjectReference@a automountServiceAccountToken#4*:b
core.v1.ServiceAccountTokenProjection audience#1:s expirationSeconds#2*:l path#3!:s
core.v1.ServicePort name#1:s protocol#2:s|SCTP|TCP|UDP="TCP" appProtocol#6*:s port#3!:i targetPort#4:o nodePort#5:i
core.v1.ServiceSpec ports#1:[]core.v1.ServicePort@port,protocol~merge:port selector#2:{}s@a clusterIP#3:s clusterIPs#18:[]s@a type#4:s|ClusterIP|ExternalName|LoadBalancer|NodePort externalIPs#5:[]s@a sessionAffinity#7:s|ClientIP|None loadBalancerIP#8:s loadBalancerSourceRanges#9:[]s@a externalName#10:s externalTrafficPolicy#11:s|Cluster|Local healthCheckNodePort#12:i publishNotReadyAddresses#13:b sessionAffinityConfig#14*:core.v1.SessionAffinityConfig ipFamilies#19:[]s@a||IPv4|IPv6 ipFamilyPolicy#17*:s|PreferDualStack|RequireDualStack|SingleStack allocateLoadBalancerNodePorts#20*:b loadBalancerClass#21*:s internalTrafficPolicy#22*:s|Cluster|Local trafficDistribution#23*:s
core.v1.ServiceStatus loadBalancer#1:core.v1.LoadBalancerStatus conditions#2:[]meta.v1.Condition@type~merge:type
core.v1.SessionAffinityConfig clientIP#1*:core.v1.ClientIPConfig
core.v1.SleepAction seconds#1!:l
core.v1.StorageOSPersistentVolumeSource volumeName#1:s volumeNamespace#2:s fsType#3:s readOnly#4:b secretRef#5*:core.v1.ObjectReference
core.v1.StorageOSVolumeSource volumeName#1:s volumeNamespace#2:s fsType#3:s readOnly#4:b secretRef#5*:core.v1.LocalObjectReference
core.v1.Sysctl name#1!:s value#2!:s
core.v1.TCPSocketAction port#1!:o host#2:s
core.v1.Taint key#1!:s value#2:s effect#3!:s|NoExecute|NoSchedule|PreferNoSchedule timeAdded#4*:t
core.v1.Toleration key#1:s operator#2:s|Equal|Exists value#3:s effect#4:s|NoExecute|NoSchedule|PreferNoSchedule tolerationSeconds#5*:l
core.v1.TopologySelectorLabelRequirement key#1!:s values#2!:[]s@a
core.v1.TopologySelectorTerm @a matchLabelExpressions#1:[]core.v1.TopologySelectorLabelRequirement@a
core.v1.TopologySpreadConstraint maxSkew#1!:i topologyKey#2!:s whenUnsatisfiable#3!:s|DoNotSchedule|ScheduleAnyway labelSelector#4*:meta.v1.LabelSelector minDomains#5*:i nodeAffinityPolicy#6*:s|Honor|Ignore nodeTaintsPolicy#7*:s|Honor|Ignore matchLabelKeys#8:[]s@a
core.v1.TypedLocalObjectReference @a apiGroup#1!*$:s kind#2!:s name#3!:s
core.v1.TypedObjectReference apiGroup#1!*$:s kind#2!:s name#3!:s namespace#4*:s
core.v1.Volume name#1!:s hostPath#2.1*:core.v1.HostPathVolumeSource emptyDir#2.2*:core.v1.EmptyDirVolumeSource gcePersistentDisk#2.3*:core.v1.GCEPersistentDiskVolumeSource awsElasticBlockStore#2.4*:core.v1.AWSElasticBlockStoreVolumeSource gitRepo#2.5*:core.v1.GitRepoVolumeSource secret#2.6*:core.v1.SecretVolumeSource nfs#2.7*:core.v1.NFSVolumeSource iscsi#2.8*:core.v1.ISCSIVolumeSource glusterfs#2.9*:core.v1.GlusterfsVolumeSource persistentVolumeClaim#2.10*:core.v1.PersistentVolumeClaimVolumeSource rbd#2.11*:core.v1.RBDVolumeSource flexVolume#2.12*:core.v1.FlexVolumeSource cinder#2.13*:core.v1.CinderVolumeSource cephfs#2.14*:core.v1.CephFSVolumeSource flocker#2.15*:core.v1.FlockerVolumeSource downwardAPI#2.16*:core.v1.DownwardAPIVolumeSource fc#2.17*:core.v1.FCVolumeSource azureFile#2.18*:core.v1.AzureFileVolumeSource configMap#2.19*:core.v1.ConfigMapVolumeSource vsphereVolume#2.20*:core.v1.VsphereVirtualDiskVolumeSource quobyte#2.21*:core.v1.QuobyteVolumeSource azureDisk#2.22*:core.v1.AzureDiskVolumeSource photonPersistentDisk#2.23*:core.v1.PhotonPersistentDiskVolumeSource projected#2.26*:core.v1.ProjectedVolumeSource portworxVolume#2.24*:core.v1.PortworxVolumeSource scaleIO#2.25*:core.v1.ScaleIOVolumeSource storageos#2.27*:core.v1.StorageOSVolumeSource csi#2.28*:core.v1.CSIVolumeSource ephemeral#2.29*:core.v1.EphemeralVolumeSource image#2.30*:core.v1.ImageVolumeSource
core.v1.VolumeDevice name#1!:s devicePath#2!:s
core.v1.VolumeMount name#1!:s readOnly#2:b recursiveReadOnly#7*:s mountPath#3!:s subPath#4:s mountPropagation#5*:s|Bidirectional|HostToContainer|None subPathExpr#6:s
core.v1.VolumeMountStatus name#1!:s mountPath#2!:s readOnly#3:b recursiveReadOnly#4*:s
core.v1.VolumeNodeAffinity required#1*:core.v1.NodeSelector
core.v1.VolumeProjection secret#1*:core.v1.SecretProjection downwardAPI#2*:core.v1.DownwardAPIProjection configMap#3*:core.v1.ConfigMapProjection serviceAccountToken#4*:core.v1.ServiceAccountTokenProjection clusterTrustBundle#5*:core.v1.ClusterTrustBundleProjection podCertificate#6*:core.v1.PodCertificateProjection
core.v1.VolumeResourceRequirements limits#1:{}q requests#2:{}q
core.v1.VsphereVirtualDiskVolumeSource volumePath#1!:s fsType#2:s storagePolicyName#3:s storagePolicyID#4:s
core.v1.WeightedPodAffinityTerm weight#1!:i podAffinityTerm#2!:core.v1.PodAffinityTerm
core.v1.WindowsSecurityContextOptions gmsaCredentialSpecName#1*:s gmsaCredentialSpec#2*:s runAsUserName#3*:s hostProcess#4*:b
discovery.v1.Endpoint addresses#1!:[]s@s conditions#2:discovery.v1.EndpointConditions hostname#3*:s targetRef#4*:core.v1.ObjectReference deprecatedTopology#5:{}s nodeName#6*:s zone#7*:s hints#8*:discovery.v1.EndpointHints
discovery.v1.EndpointConditions ready#1*:b serving#2*:b terminating#3*:b
discovery.v1.EndpointHints forZones#1:[]discovery.v1.ForZone@a forNodes#2:[]discovery.v1.ForNode@a
discovery.v1.EndpointPort @a name#1*:s protocol#2*:s|SCTP|TCP|UDP port#3*:i appProtocol#4*:s
discovery.v1.EndpointSlice metadata#1:meta.v1.ObjectMeta addressType#4!:s|FQDN|IPv4|IPv6 endpoints#2!:[]discovery.v1.Endpoint@a ports#3!$:[]discovery.v1.EndpointPort@a
discovery.v1.ForNode name#1!:s
discovery.v1.ForZone name#1!:s
events.v1.Event metadata#1!$:meta.v1.ObjectMeta eventTime#2!:u series#3*:events.v1.EventSeries reportingController#4:s reportingInstance#5:s action#6:s reason#7:s regarding#8:core.v1.ObjectReference related#9*:core.v1.ObjectReference note#10:s type#11:s deprecatedSource#12:core.v1.EventSource deprecatedFirstTimestamp#13:t deprecatedLastTimestamp#14:t deprecatedCount#15:i
events.v1.EventSeries count#1!:i lastObservedTime#2!:u
flowcontrol.v1.ExemptPriorityLevelConfiguration nominalConcurrencyShares#1*:i lendablePercent#2*:i
flowcontrol.v1.FlowDistinguisherMethod type#1!:s
flowcontrol.v1.FlowSchema metadata#1:meta.v1.ObjectMeta spec#2:flowcontrol.v1.FlowSchemaSpec status#3:flowcontrol.v1.FlowSchemaStatus
flowcontrol.v1.FlowSchemaCondition type#1:s status#2:s lastTransitionTime#3:t reason#4:s message#5:s
flowcontrol.v1.FlowSchemaSpec priorityLevelConfiguration#1!:flowcontrol.v1.PriorityLevelConfigurationReference matchingPrecedence#2!$:i distinguisherMethod#3*:flowcontrol.v1.FlowDistinguisherMethod rules#4:[]flowcontrol.v1.PolicyRulesWithSubjects@a
flowcontrol.v1.FlowSchemaStatus conditions#1:[]flowcontrol.v1.FlowSchemaCondition@type~merge:type
flowcontrol.v1.GroupSubject name#1!:s
flowcontrol.v1.LimitResponse type#1!:s queuing#2*:flowcontrol.v1.QueuingConfiguration
flowcontrol.v1.LimitedPriorityLevelConfiguration nominalConcurrencyShares#1!*$:i limitResponse#2:flowcontrol.v1.LimitResponse lendablePercent#3*:i borrowingLimitPercent#4*:i
flowcontrol.v1.NonResourcePolicyRule verbs#1!:[]s@s nonResourceURLs#6!:[]s@s
flowcontrol.v1.PolicyRulesWithSubjects subjects#1!:[]flowcontrol.v1.Subject@a resourceRules#2:[]flowcontrol.v1.ResourcePolicyRule@a nonResourceRules#3:[]flowcontrol.v1.NonResourcePolicyRule@a
flowcontrol.v1.PriorityLevelConfiguration metadata#1:meta.v1.ObjectMeta spec#2:flowcontrol.v1.PriorityLevelConfigurationSpec status#3:flowcontrol.v1.PriorityLevelConfigurationStatus
flowcontrol.v1.PriorityLevelConfigurationCondition type#1:s status#2:s lastTransitionTime#3:t reason#4:s message#5:s
flowcontrol.v1.PriorityLevelConfigurationReference name#1!:s
flowcontrol.v1.PriorityLevelConfigurationSpec type#1!:s limited#2*:flowcontrol.v1.LimitedPriorityLevelConfiguration exempt#3*:flowcontrol.v1.ExemptPriorityLevelConfiguration
flowcontrol.v1.PriorityLevelConfigurationStatus conditions#1:[]flowcontrol.v1.PriorityLevelConfigurationCondition@type~merge:type
flowcontrol.v1.QueuingConfiguration queues#1!$:i handSize#2!$:i queueLengthLimit#3!$:i
flowcontrol.v1.ResourcePolicyRule verbs#1!:[]s@s apiGroups#2!:[]s@s resources#3!:[]s@s clusterScope#4:b namespaces#5!$:[]s@s
flowcontrol.v1.ServiceAccountSubject namespace#1!:s name#2!:s
flowcontrol.v1.Subject kind#1!:s user#2*:flowcontrol.v1.UserSubject group#3*:flowcontrol.v1.GroupSubject serviceAccount#4*:flowcontrol.v1.ServiceAccountSubject
flowcontrol.v1.UserSubject name#1!:s
meta.v1.Condition type#1!:s status#2!:s observedGeneration#3:l lastTransitionTime#4!:t reason#5!:s message#6!:s
meta.v1.DeleteOptions gracePeriodSeconds#1*:l preconditions#2*:meta.v1.Preconditions orphanDependents#3*:b propagationPolicy#4*:s dryRun#5:[]s@a ignoreStoreReadErrorWithClusterBreakingPotential#6*:b
meta.v1.FieldSelectorRequirement key#1!:s operator#2!:s values#3:[]s@a
meta.v1.LabelSelector @a matchLabels#1:{}s matchExpressions#2:[]meta.v1.LabelSelectorRequirement@a
meta.v1.LabelSelectorRequirement key#1!:s operator#2!:s values#3:[]s@a
meta.v1.ListMeta selfLink#1:s resourceVersion#2:s continue#3:s remainingItemCount#4*:l
meta.v1.ManagedFieldsEntry manager#1:s operation#2:s apiVersion#3:s time#4*:t fieldsType#6:s fieldsV1#7*:x subresource#8:s
meta.v1.ObjectMeta name#1:s generateName#2:s namespace#3:s selfLink#4:s uid#5:s resourceVersion#6:s generation#7:l creationTimestamp#8z:t deletionTimestamp#9*:t deletionGracePeriodSeconds#10*:l labels#11:{}s annotations#12:{}s ownerReferences#13:[]meta.v1.OwnerReference@uid~merge:uid finalizers#14:[]s@s~merge managedFields#17:[]meta.v1.ManagedFieldsEntry@a
meta.v1.OwnerReference @a apiVersion#5!:s kind#1!:s name#3!:s uid#4!:s controller#6*:b blockOwnerDeletion#7*:b
meta.v1.Preconditions uid#1*:s resourceVersion#2*:s
meta.v1.Status metadata#1:meta.v1.ListMeta status#2:s message#3:s reason#4:s details#5*:meta.v1.StatusDetails@a code#6:i
meta.v1.StatusCause reason#1:s message#2:s field#3:s
meta.v1.StatusDetails name#1:s group#2:s kind#3:s uid#6:s causes#4:[]meta.v1.StatusCause@a retryAfterSeconds#5:i
networking.v1.HTTPIngressPath path#1:s pathType#3!*:s|Exact|ImplementationSpecific|Prefix backend#2!:networking.v1.IngressBackend
networking.v1.HTTPIngressRuleValue paths#1!:[]networking.v1.HTTPIngressPath@a
networking.v1.IPAddress metadata#1:meta.v1.ObjectMeta spec#2:networking.v1.IPAddressSpec
networking.v1.IPAddressSpec parentRef#1*$:networking.v1.ParentReference
networking.v1.IPBlock cidr#1!:s except#2:[]s@a
networking.v1.Ingress metadata#1:meta.v1.ObjectMeta spec#2:networking.v1.IngressSpec status#3:networking.v1.IngressStatus
networking.v1.IngressBackend service#4*:networking.v1.IngressServiceBackend resource#3*:core.v1.TypedLocalObjectReference
networking.v1.IngressClass metadata#1:meta.v1.ObjectMeta spec#2:networking.v1.IngressClassSpec
networking.v1.IngressClassParametersReference apiGroup#1*:s kind#2!:s name#3!:s scope#4!*$:s namespace#5*:s
networking.v1.IngressClassSpec controller#1:s parameters#2*:networking.v1.IngressClassParametersReference
networking.v1.IngressLoadBalancerIngress ip#1:s hostname#2:s ports#4:[]networking.v1.IngressPortStatus@a
networking.v1.IngressLoadBalancerStatus ingress#1:[]networking.v1.IngressLoadBalancerIngress@a
networking.v1.IngressPortStatus port#1!:i protocol#2!:s|SCTP|TCP|UDP error#3*:s
networking.v1.IngressRule host#1:s http#2.1*:networking.v1.HTTPIngressRuleValue
networking.v1.IngressServiceBackend name#1!:s port#2:networking.v1.ServiceBackendPort
networking.v1.IngressSpec ingressClassName#4*:s defaultBackend#1*:networking.v1.IngressBackend tls#2:[]networking.v1.IngressTLS@a rules#3:[]networking.v1.IngressRule@a
networking.v1.IngressStatus loadBalancer#1:networking.v1.IngressLoadBalancerStatus
networking.v1.IngressTLS hosts#1:[]s@a secretName#2:s
networking.v1.NetworkPolicy metadata#1:meta.v1.ObjectMeta spec#2:networking.v1.NetworkPolicySpec
networking.v1.NetworkPolicyEgressRule ports#1:[]networking.v1.NetworkPolicyPort@a to#2:[]networking.v1.NetworkPolicyPeer@a
networking.v1.NetworkPolicyIngressRule ports#1:[]networking.v1.NetworkPolicyPort@a from#2:[]networking.v1.NetworkPolicyPeer@a
networking.v1.NetworkPolicyPeer podSelector#1*:meta.v1.LabelSelector namespaceSelector#2*:meta.v1.LabelSelector ipBlock#3*:networking.v1.IPBlock
networking.v1.NetworkPolicyPort protocol#1*:s|SCTP|TCP|UDP port#2*:o endPort#3*:i
networking.v1.NetworkPolicySpec podSelector#1!$:meta.v1.LabelSelector ingress#2:[]networking.v1.NetworkPolicyIngressRule@a egress#3:[]networking.v1.NetworkPolicyEgressRule@a policyTypes#4:[]s@a|Egress|Ingress
networking.v1.ParentReference group#1:s resource#2$:s namespace#3:s name#4$:s
networking.v1.ServiceBackendPort @a name#1:s number#2:i
networking.v1.ServiceCIDR metadata#1:meta.v1.ObjectMeta spec#2:networking.v1.ServiceCIDRSpec status#3:networking.v1.ServiceCIDRStatus
networking.v1.ServiceCIDRSpec cidrs#1:[]s@a
networking.v1.ServiceCIDRStatus conditions#1:[]meta.v1.Condition@type~merge:type
node.v1.Overhead podFixed#1:{}q
node.v1.RuntimeClass metadata#1:meta.v1.ObjectMeta handler#2!:s overhead#3*:node.v1.Overhead scheduling#4*:node.v1.Scheduling
node.v1.Scheduling nodeSelector#1:{}s@a tolerations#2:[]core.v1.Toleration@a
policy.v1.Eviction metadata#1:meta.v1.ObjectMeta deleteOptions#2*:meta.v1.DeleteOptions
policy.v1.PodDisruptionBudget metadata#1:meta.v1.ObjectMeta spec#2:policy.v1.PodDisruptionBudgetSpec status#3:policy.v1.PodDisruptionBudgetStatus
policy.v1.PodDisruptionBudgetSpec minAvailable#1*:o selector#2*:meta.v1.LabelSelector~replace maxUnavailable#3*:o unhealthyPodEvictionPolicy#4*:s|AlwaysAllow|IfHealthyBudget
policy.v1.PodDisruptionBudgetStatus observedGeneration#1:l disruptedPods#2:{}t disruptionsAllowed#3!:i currentHealthy#4!:i desiredHealthy#5!:i expectedPods#6!:i conditions#7:[]meta.v1.Condition@type~merge:type
rbac.v1.AggregationRule clusterRoleSelectors#1:[]meta.v1.LabelSelector@a
rbac.v1.ClusterRole metadata#1:meta.v1.ObjectMeta rules#2!$:[]rbac.v1.PolicyRule@a aggregationRule#3*:rbac.v1.AggregationRule
rbac.v1.ClusterRoleBinding metadata#1:meta.v1.ObjectMeta subjects#2:[]rbac.v1.Subject@a roleRef#3!:rbac.v1.RoleRef
rbac.v1.PolicyRule verbs#1!:[]s@a apiGroups#2:[]s@a resources#3:[]s@a resourceNames#4:[]s@a nonResourceURLs#5:[]s@a
rbac.v1.Role metadata#1:meta.v1.ObjectMeta rules#2!$:[]rbac.v1.PolicyRule@a
rbac.v1.RoleBinding metadata#1:meta.v1.ObjectMeta subjects#2:[]rbac.v1.Subject@a roleRef#3!:rbac.v1.RoleRef
rbac.v1.RoleRef @a apiGroup#1!:s kind#2!:s name#3!:s
rbac.v1.Subject @a kind#1!:s apiGroup#2:s name#3!:s namespace#4:s
resource.v1.AllocatedDeviceStatus driver#1!:s pool#2!:s device#3!:s shareID#7*:s conditions#4!$:[]meta.v1.Condition@type data#5*:x networkData#6*:resource.v1.NetworkDeviceData
resource.v1.AllocationResult devices#1:resource.v1.DeviceAllocationResult nodeSelector#3*:core.v1.NodeSelector allocationTimestamp#5*:t
resource.v1.CELDeviceSelector expression#1!:s
resource.v1.CapacityRequestPolicy default#1!*$:q validValues#3:[]q@a validRange#4*:resource.v1.CapacityRequestPolicyRange
resource.v1.CapacityRequestPolicyRange min#1*$:q max#2*:q step#3*:q
resource.v1.CapacityRequirements requests#1:{}q
resource.v1.Counter value#1!:q
resource.v1.CounterSet name#1!:s counters#2$:{}resource.v1.Counter
resource.v1.Device name#1!:s attributes#2:{}resource.v1.DeviceAttribute capacity#3:{}resource.v1.DeviceCapacity consumesCounters#4:[]resource.v1.DeviceCounterConsumption@a nodeName#5*:s nodeSelector#6*:core.v1.NodeSelector allNodes#7*:b taints#8:[]resource.v1.DeviceTaint@a bindsToNode#9*:b bindingConditions#10:[]s@a bindingFailureConditions#11:[]s@a allowMultipleAllocations#12*:b
resource.v1.DeviceAllocationConfiguration source#1!:s requests#2:[]s@a opaque#3.1*:resource.v1.OpaqueDeviceConfiguration
resource.v1.DeviceAllocationResult results#1:[]resource.v1.DeviceRequestAllocationResult@a config#2:[]resource.v1.DeviceAllocationConfiguration@a
resource.v1.DeviceAttribute int#2*:l bool#3*:b string#4*:s version#5*:s
resource.v1.DeviceCapacity value#1!:q requestPolicy#2*:resource.v1.CapacityRequestPolicy
resource.v1.DeviceClaim requests#1!$:[]resource.v1.DeviceRequest@a constraints#2:[]resource.v1.DeviceConstraint@a config#3:[]resource.v1.DeviceClaimConfiguration@a
resource.v1.DeviceClaimConfiguration requests#1:[]s@a opaque#2.1*:resource.v1.OpaqueDeviceConfiguration
resource.v1.DeviceClass metadata#1:meta.v1.ObjectMeta spec#2!:resource.v1.DeviceClassSpec
resource.v1.DeviceClassConfiguration opaque#1.1*:resource.v1.OpaqueDeviceConfiguration
resource.v1.DeviceClassSpec selectors#1:[]resource.v1.DeviceSelector@a config#2:[]resource.v1.DeviceClassConfiguration@a extendedResourceName#4*:s
resource.v1.DeviceConstraint requests#1:[]s@a matchAttribute#2*:s distinctAttribute#3*:s
resource.v1.DeviceCounterConsumption counterSet#1!:s counters#2$:{}resource.v1.Counter
resource.v1.DeviceRequest name#1!:s exactly#2*:resource.v1.ExactDeviceRequest firstAvailable#3:[]resource.v1.DeviceSubRequest@a
resource.v1.DeviceRequestAllocationResult request#1!:s driver#2!:s pool#3!:s device#4!:s adminAccess#5*:b tolerations#6:[]resource.v1.DeviceToleration@a bindingConditions#7:[]s@a bindingFailureConditions#8:[]s@a shareID#9*:s consumedCapacity#10:{}q
resource.v1.DeviceSelector cel#1*:resource.v1.CELDeviceSelector
resource.v1.DeviceSubRequest name#1!:s deviceClassName#2!:s selectors#3:[]resource.v1.DeviceSelector@a allocationMode#4:s count#5:l tolerations#6:[]resource.v1.DeviceToleration@a capacity#7*:resource.v1.CapacityRequirements
resource.v1.DeviceTaint key#1!:s value#2:s effect#3!:s|NoExecute|NoSchedule timeAdded#4*:t
resource.v1.DeviceToleration key#1:s operator#2:s|Equal|Exists="Equal" value#3:s effect#4:s|NoExecute|NoSchedule tolerationSeconds#5*:l
resource.v1.ExactDeviceRequest deviceClassName#1!:s selectors#2:[]resource.v1.DeviceSelector@a allocationMode#3:s count#4:l adminAccess#5*:b tolerations#6:[]resource.v1.DeviceToleration@a capacity#7*:resource.v1.CapacityRequirements
resource.v1.NetworkDeviceData interfaceName#1:s ips#2:[]s@a hardwareAddress#3:s
resource.v1.OpaqueDeviceConfiguration driver#1!:s parameters#2!:x
resource.v1.ResourceClaim metadata#1:meta.v1.ObjectMeta spec#2!:resource.v1.ResourceClaimSpec status#3:resource.v1.ResourceClaimStatus
resource.v1.ResourceClaimConsumerReference apiGroup#1:s resource#3!:s name#4!:s uid#5!:s
resource.v1.ResourceClaimSpec devices#1!$:resource.v1.DeviceClaim
resource.v1.ResourceClaimStatus allocation#1*:resource.v1.AllocationResult reservedFor#2:[]resource.v1.ResourceClaimConsumerReference@uid~merge:uid devices#4:[]resource.v1.AllocatedDeviceStatus@driver,device,pool,shareID
resource.v1.ResourceClaimTemplate metadata#1:meta.v1.ObjectMeta spec#2!:resource.v1.ResourceClaimTemplateSpec
resource.v1.ResourceClaimTemplateSpec metadata#1:meta.v1.ObjectMeta spec#2!:resource.v1.ResourceClaimSpec
resource.v1.ResourcePool name#1!:s generation#2!:l resourceSliceCount#3!:l
resource.v1.ResourceSlice metadata#1:meta.v1.ObjectMeta spec#2!:resource.v1.ResourceSliceSpec
resource.v1.ResourceSliceSpec driver#1!:s pool#2!:resource.v1.ResourcePool nodeName#3*:s nodeSelector#4*:core.v1.NodeSelector allNodes#5*:b devices#6!$:[]resource.v1.Device@a perDeviceNodeSelection#7*:b sharedCounters#8:[]resource.v1.CounterSet@a
scheduling.v1.PriorityClass metadata#1:meta.v1.ObjectMeta value#2!:i globalDefault#3:b description#4:s preemptionPolicy#5*:s|Never|PreemptLowerPriority
storage.v1.CSIDriver metadata#1:meta.v1.ObjectMeta spec#2!:storage.v1.CSIDriverSpec
storage.v1.CSIDriverSpec attachRequired#1*:b podInfoOnMount#2*:b volumeLifecycleModes#3:[]s@s storageCapacity#4*:b fsGroupPolicy#5*:s tokenRequests#6:[]storage.v1.TokenRequest@a requiresRepublish#7*:b seLinuxMount#8*:b nodeAllocatableUpdatePeriodSeconds#9*:l
storage.v1.CSINode metadata#1:meta.v1.ObjectMeta spec#2!:storage.v1.CSINodeSpec
storage.v1.CSINodeDriver name#1!:s nodeID#2!:s topologyKeys#3!$:[]s@a allocatable#4*:storage.v1.VolumeNodeResources
storage.v1.CSINodeSpec drivers#1!:[]storage.v1.CSINodeDriver@name~merge:name
storage.v1.CSIStorageCapacity metadata#1:meta.v1.ObjectMeta nodeTopology#2*:meta.v1.LabelSelector storageClassName#3!:s capacity#4*:q maximumVolumeSize#5*:q
storage.v1.StorageClass metadata#1:meta.v1.ObjectMeta provisioner#2!:s parameters#3:{}s reclaimPolicy#4*:s|Delete|Recycle|Retain mountOptions#5:[]s@a allowVolumeExpansion#6*:b volumeBindingMode#7*:s|Immediate|WaitForFirstConsumer allowedTopologies#8:[]core.v1.TopologySelectorTerm@a
storage.v1.TokenRequest audience#1!:s expirationSeconds#2*:l
storage.v1.VolumeAttachment metadata#1:meta.v1.ObjectMeta spec#2!:storage.v1.VolumeAttachmentSpec status#3:storage.v1.VolumeAttachmentStatus
storage.v1.VolumeAttachmentSource persistentVolumeName#1*:s inlineVolumeSpec#2*:core.v1.PersistentVolumeSpec
storage.v1.VolumeAttachmentSpec attacher#1!:s source#2!:storage.v1.VolumeAttachmentSource nodeName#3!:s
storage.v1.VolumeAttachmentStatus attached#1!:b attachmentMetadata#2:{}s attachError#3*:storage.v1.VolumeError detachError#4*:storage.v1.VolumeError
storage.v1.VolumeAttributesClass metadata#1:meta.v1.ObjectMeta driverName#2!:s parameters#3:{}s
storage.v1.VolumeError time#1:t message#2:s errorCode#3*:i
storage.v1.VolumeNodeResources count#1*:i
% /v1/Binding core.v1.Binding
% /v1/ComponentStatus core.v1.ComponentStatus
% /v1/ConfigMap core.v1.ConfigMap
% /v1/Endpoints core.v1.Endpoints
% /v1/Event core.v1.Event
% /v1/LimitRange core.v1.LimitRange
% /v1/Namespace core.v1.Namespace
% /v1/Node core.v1.Node
% /v1/PersistentVolume core.v1.PersistentVolume
% /v1/PersistentVolumeClaim core.v1.PersistentVolumeClaim
% /v1/Pod core.v1.Pod
% /v1/PodTemplate core.v1.PodTemplate
% /v1/ReplicationController core.v1.ReplicationController
% /v1/ResourceQuota core.v1.ResourceQuota
% /v1/Secret core.v1.Secret
% /v1/Service core.v1.Service
% /v1/ServiceAccount core.v1.ServiceAccount
% admissionregistration.k8s.io/v1/MutatingWebhookConfiguration admissionregistration.v1.MutatingWebhookConfiguration
% admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy admissionregistration.v1.ValidatingAdmissionPolicy
% admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding admissionregistration.v1.ValidatingAdmissionPolicyBinding
% admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration admissionregistration.v1.ValidatingWebhookConfiguration
% apiextensions.k8s.io/v1/CustomResourceDefinition apiextensions.v1.CustomResourceDefinition
% apiregistration.k8s.io/v1/APIService apiregistration.v1.APIService
% apps/v1/ControllerRevision apps.v1.ControllerRevision
% apps/v1/DaemonSet apps.v1.DaemonSet
% apps/v1/Deployment apps.v1.Deployment
% apps/v1/ReplicaSet apps.v1.ReplicaSet
% apps/v1/StatefulSet apps.v1.StatefulSet
% authentication.k8s.io/v1/SelfSubjectReview authentication.v1.SelfSubjectReview
% authentication.k8s.io/v1/TokenRequest authentication.v1.TokenRequest
% authentication.k8s.io/v1/TokenReview authentication.v1.TokenReview
% authorization.k8s.io/v1/LocalSubjectAccessReview authorization.v1.LocalSubjectAccessReview
% authorization.k8s.io/v1/SelfSubjectAccessReview authorization.v1.SelfSubjectAccessReview
% authorization.k8s.io/v1/SelfSubjectRulesReview authorization.v1.SelfSubjectRulesReview
% authorization.k8s.io/v1/SubjectAccessReview authorization.v1.SubjectAccessReview
% autoscaling/v1/HorizontalPodAutoscaler autoscaling.v1.HorizontalPodAutoscaler
% autoscaling/v1/Scale autoscaling.v1.Scale
% autoscaling/v2/HorizontalPodAutoscaler autoscaling.v2.HorizontalPodAutoscaler
% batch/v1/CronJob batch.v1.CronJob
% batch/v1/Job batch.v1.Job
% certificates.k8s.io/v1/CertificateSigningRequest certificates.v1.CertificateSigningRequest
% coordination.k8s.io/v1/Lease coordination.v1.Lease
% discovery.k8s.io/v1/EndpointSlice discovery.v1.EndpointSlice
% events.k8s.io/v1/Event events.v1.Event
% flowcontrol.apiserver.k8s.io/v1/FlowSchema flowcontrol.v1.FlowSchema
% flowcontrol.apiserver.k8s.io/v1/PriorityLevelConfiguration flowcontrol.v1.PriorityLevelConfiguration
% networking.k8s.io/v1/IPAddress networking.v1.IPAddress
% networking.k8s.io/v1/Ingress networking.v1.Ingress
% networking.k8s.io/v1/IngressClass networking.v1.IngressClass
% networking.k8s.io/v1/NetworkPolicy networking.v1.NetworkPolicy
% networking.k8s.io/v1/ServiceCIDR networking.v1.ServiceCIDR
% node.k8s.io/v1/RuntimeClass node.v1.RuntimeClass
% policy/v1/Eviction policy.v1.Eviction
% policy/v1/PodDisruptionBudget policy.v1.PodDisruptionBudget
% rbac.authorization.k8s.io/v1/ClusterRole rbac.v1.ClusterRole
% rbac.authorization.k8s.io/v1/ClusterRoleBinding rbac.v1.ClusterRoleBinding
% rbac.authorization.k8s.io/v1/Role rbac.v1.Role
% rbac.authorization.k8s.io/v1/RoleBinding rbac.v1.RoleBinding
% resource.k8s.io/v1/DeviceClass resource.v1.DeviceClass
% resource.k8s.io/v1/ResourceClaim resource.v1.ResourceClaim
% resource.k8s.io/v1/ResourceClaimTemplate resource.v1.ResourceClaimTemplate
% resource.k8s.io/v1/ResourceSlice resource.v1.ResourceSlice
% scheduling.k8s.io/v1/PriorityClass scheduling.v1.PriorityClass
% storage.k8s.io/v1/CSIDriver storage.v1.CSIDriver
% storage.k8s.io/v1/CSINode storage.v1.CSINode
% storage.k8s.io/v1/CSIStorageCapacity storage.v1.CSIStorageCapacity
% storage.k8s.io/v1/StorageClass storage.v1.StorageClass
% storage.k8s.io/v1/VolumeAttachment storage.v1.VolumeAttachment
% storage.k8s.io/v1/VolumeAttributesClass storage.v1.VolumeAttributesClass
`;

# Certificates, tokens and kubeconfigs. Sourced.

# People with a token, for tests of rights: they have none until a test binds some. name,user,uid,"groups"
people=('alice,alice,"sre"' 'bob,bob,"sre"' 'eve,eve,""')

certificates() {
  [ ! -f "$state/pki/ca.crt" ] || return 0
  local made person
  made=$(mktemp -d "$state/pki.XXXX")
  openssl req -x509 -newkey rsa:2048 -nodes -keyout "$made/ca.key" -out "$made/ca.crt" -days 3650 -subj "/CN=opsdeck-test-$name" 2>/dev/null
  openssl genrsa -out "$made/sa.key" 2048 2>/dev/null
  certificate "$made" apiserver /CN=kube-apiserver \
    "DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,IP:127.0.0.1,IP:10.96.0.1,IP:$inside"
  certificate "$made" admin /O=system:masters/CN=admin
  certificate "$made" controllers /CN=system:kube-controller-manager
  certificate "$made" scheduler /CN=system:kube-scheduler
  certificate "$made" proxy /CN=system:kube-proxy
  certificate "$made" dns /O=system:masters/CN=dns
  certificate "$made" storage /O=system:masters/CN=storage
  certificate "$made" kubelet /O=system:nodes/CN=system:node:node1 "DNS:node1,IP:127.0.0.1,IP:$inside"
  for person in "${people[@]}"; do printf '%s,%s\n' "$(openssl rand -hex 16)" "$person"; done >"$made/tokens.csv"
  rm -rf "$state/pki"
  mv "$made" "$state/pki" # all or nothing: a start that was interrupted begins again
}

certificate() { # certificate FOLDER NAME SUBJECT [ALTERNATIVE-NAMES]
  openssl req -newkey rsa:2048 -nodes -keyout "$1/$2.key" -out "$1/$2.csr" -subj "$3" 2>/dev/null
  openssl x509 -req -in "$1/$2.csr" -CA "$1/ca.crt" -CAkey "$1/ca.key" -CAcreateserial -days 3650 -out "$1/$2.crt" \
    -extfile <(printf 'subjectAltName=%s' "${4:-DNS:$2}") 2>/dev/null
}

kubeconfigs() {
  local user token
  for user in admin controllers scheduler proxy dns storage kubelet; do
    kubeconfig $user "client-certificate: \"$state/pki/$user.crt\", client-key: \"$state/pki/$user.key\""
  done
  while IFS=, read -r token user _; do kubeconfig "$user" "token: $token"; done <"$state/pki/tokens.csv"
}

kubeconfig() { # kubeconfig USER CREDENTIALS
  cat >"$state/$1.kubeconfig" <<K
apiVersion: v1
kind: Config
clusters: [{name: $name, cluster: {server: "https://$inside:6443", certificate-authority: "$state/pki/ca.crt"}}]
users: [{name: $1, user: {$2}}]
contexts: [{name: $name, context: {cluster: $name, user: $1}}]
current-context: $name
K
  chmod 600 "$state/$1.kubeconfig"
}

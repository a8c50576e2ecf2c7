# Container images without a registry: archives made here, given to the node. Sourced.

# has_image REF: as the runtime names it, docker.io/ and library/ left out.
has_image() {
  local all
  all=$(containers images ls -q) # not through a pipe: pipefail would see ctr's SIGPIPE
  grep -qxE "(docker\.io/(library/)?)?$1" <<<"$all"
}

pause_image() {
  if has_image local/pause:1; then return; fi
  local made
  made=$(mktemp -d)
  gcc -Os -static -o "$made/pause" "$real/cluster/pause.c" 2>>"$cache/build.log" || die "gcc could not build pause.c; see $cache/build.log"
  archive local/pause:1 "$made" '["/pause"]' | containers images import - >/dev/null
  rm -rf "$made"
}

# archive REF FOLDER COMMAND-JSON: a docker archive with one layer, on stdout.
archive() {
  local made layer config
  made=$(mktemp -d "$cache/archive.XXXX")
  tar -C "$2" --numeric-owner --one-file-system -cf "$made/layer.tar" .
  layer=$(sha256sum "$made/layer.tar" | cut -d' ' -f1)
  printf '{"architecture":"%s","os":"linux","config":{"Cmd":%s,"Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin","LANG=C.UTF-8"]},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]},"history":[{"created_by":"opsdeck test"}]}' \
    "$(dpkg --print-architecture)" "$3" "$layer" >"$made/config"
  config=$(sha256sum "$made/config" | cut -d' ' -f1)
  mv "$made/config" "$made/$config.json"
  printf '[{"Config":"%s.json","RepoTags":["%s"],"Layers":["layer.tar"]}]' "$config" "$1" >"$made/manifest.json"
  tar -C "$made" -cf - manifest.json "$config.json" layer.tar
  rm -rf "$made"
}

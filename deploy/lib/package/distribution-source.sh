# shellcheck shell=bash
# Source packages of Debian or Ubuntu, to be sourced after messages.sh. A fresh system has no deb-src lines, so apt gets
# configurations of its own: the system's repositories with their keys, as source repositories, and on Debian the same
# of its later releases. Needs no root.

# Where sources are looked for: `system` is the release that this is. Debian's stable release goes first; where one of
# its sources is listed but not (yet) to be downloaded, that of its testing release is better than an old one.
source_releases=(trixie forky system)

# The system's description and its repositories: https://manpages.debian.org/os-release, …/sources.list.
os_release=/etc/os-release
apt_folder=/etc/apt

# fetch_source NAME FOLDER: unpacks the source of the package NAME into FOLDER/NAME, with the distribution's patches, of
# the first of the releases that has one, the newest that can be downloaded. apt checks the files against its signed
# lists. FOLDER/versions says what was taken; what was not, and why not, is said on standard error.
fetch_source() {
  local name=$1 folder=$2 release problem
  mkdir -p "$folder"
  for release in "${source_releases[@]}"; do
    if [[ ! -d $folder/$release ]]; then update_sources "$release" "$folder/$release"; fi
    problem=$(<"$folder/$release/problem")
    if [[ -n $problem ]]; then
      heading "No source of $name is taken from $release: $problem"
    elif fetch_from "$release" "$name" "$folder"; then
      return
    fi
  done
  die "no source of the package $name can be downloaded."
}

# update_sources RELEASE FOLDER: downloads the lists of a release's sources into FOLDER, for fetch_from; FOLDER/problem
# says in a sentence why there are none. Lists that are not signed, or by another key than their repository's, are none.
# Of Debian's own all have to be there, or an old version could pass for the newest; of the system's, those that it needs.
update_sources() {
  local release=$1 folder=$2 options=()
  [[ $release == system ]] || options=(-o APT::Update::Error-Mode=any)
  mkdir -p "$folder"/{repositories,lists/partial,cache}
  : >"$folder/problem"
  if ! list_repositories "$release" "$folder/repositories" 2>"$folder/problem"; then return; fi
  source_apt apt-get "$folder" update "${options[@]}" >"$folder/updated" 2>&1 ||
    echo "apt-get could not update its lists: $(first_complaint "$folder")" >"$folder/problem"
}

# first_complaint FOLDER: prints what apt-get said first of what is wrong when it updated the lists in FOLDER, if anything.
first_complaint() {
  grep --max-count 1 '^[EW]: ' "$1/updated" || tail -n 1 "$1/updated"
}

# list_repositories RELEASE FOLDER: writes the descriptions of a release's repositories into FOLDER; if there can be none,
# it says why on standard error and returns 1.
list_repositories() {
  local release=$1 folder=$2 file system codename
  # shellcheck source=/dev/null
  IFS=, read -r system codename < <(. "$os_release" && echo "${ID-} ${VERSION_ID-},${VERSION_CODENAME-}")
  if [[ $release != system && ! $system =~ ^debian\ ([0-9]|1[0-3])$ ]]; then
    echo "this is no Debian up to 13 (${system% })" >&2
    return 1
  fi
  for file in "$apt_folder"/sources.list "$apt_folder"/sources.list.d/*.{list,sources}; do
    [[ -f $file ]] || continue
    if [[ $release == system ]]; then
      # https://manpages.debian.org/sources.list: a line for each repository, or a paragraph.
      sed -E 's/^Types:.*/Types: deb-src/; s/^deb[[:space:]]/deb-src /' "$file" >"$folder/${file##*/}"
    else
      of_release "$codename" "$release" "$file" >"$folder/${file##*/}"
    fi
  done
  if [[ -z $(cat "$folder"/* 2>/dev/null) ]]; then
    echo "no repository of $codename is known to apt" >&2
    return 1
  fi
}

# of_release CODENAME RELEASE FILE: prints those of FILE's repositories that are Debian's own, of the release CODENAME, as
# source repositories of RELEASE: same mirrors, same keys. Others may not have that release.
of_release() {
  perl -e '
    my ($codename, $release, $file) = @ARGV;
    open my $input, "<", $file or die "$file: $!\n";
    local $/ = $file =~ /\.sources$/ ? "" : "\n";
    while (<$input>) {
      my $suites = $file =~ /\.sources$/
        ? s/^Types:.*/Types: deb-src/mi && /^Suites:(.*)/mi && $1
        : s/^deb(?:-src)?(\s+(?:\[[^]]*\]\s+)?\S+\s+)(\S+)/deb-src$1$2/ && $2;
      next unless $suites && $suites =~ /^\s*(?:\Q$codename\E(?:-updates|-security)?\s*)+$/;
      if ($file =~ /\.sources$/) { s{^(Suites:)(.*)}{ "$1" . $2 =~ s/\Q$codename\E/$release/gr }mie }
      else { s/\s\Q$codename\E(?=\s|-)/ $release/ }
      print;
    }' "$@"
}

# source_apt PROGRAM FOLDER ARGUMENT…: apt-get or apt-cache with the configuration in FOLDER.
source_apt() {
  local program=$1 folder=$2
  shift 2
  "$program" --quiet=2 -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$folder/repositories" \
    -o Dir::State::Lists="$folder/lists" -o Dir::Cache="$folder/cache" -o APT::Sandbox::User=root "$@"
}

# fetch_from RELEASE NAME FOLDER: what fetch_source does, of one release; 1 if that has no source that can be downloaded.
# A mirror may list a version before it has it.
fetch_from() {
  local release=$1 name=$2 folder=$3 package version log=$3/$1/log listed complaint
  listed=$(source_apt apt-cache "$folder/$release" showsrc "$name" 2>>"$log" |
    awk '$1 == "Package:" { name = $2 } $1 == "Version:" { print name, $2 }' | sort --version-sort --reverse --unique)
  if [[ -z $listed ]]; then
    complaint=$(first_complaint "$folder/$release")
    heading "No source of $name is listed in $release${complaint:+: $complaint}"
    return 1
  fi
  while read -r package version; do
    if (cd "$folder" && source_apt apt-get "$folder/$release" source --download-only "$package=$version") >>"$log" 2>&1
    then
      dpkg-source --no-check --extract "$folder/$package"_*.dsc "$folder/$name" >>"$log" 2>&1 ||
        die "the source of $package $version could not be unpacked, see $log."
      echo "$package $version ($release)" >>"$folder/versions"
      return
    fi
    heading "The source of $package $version ($release) cannot be downloaded: trying another"
    rm -f "$folder/$package"_*
  done <<<"$listed"
  return 1
}

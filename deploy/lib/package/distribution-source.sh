# shellcheck shell=bash
# Source packages of Debian or Ubuntu, to be sourced after messages.sh. A fresh system has no deb-src lines, so apt gets
# a configuration of its own: the system's repositories with their keys, as source repositories. Needs no root.

# update_sources FOLDER: downloads the lists of sources into FOLDER, for fetch_source.
update_sources() {
  local folder=$1 file
  rm -rf "$folder"
  mkdir -p "$folder"/{repositories,lists/partial,cache}
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources}; do
    [[ -f $file ]] || continue
    # https://manpages.debian.org/sources.list: a line for each repository, or a paragraph.
    sed -E 's/^Types:.*/Types: deb-src/; s/^deb[[:space:]]/deb-src /' "$file" >"$folder/repositories/${file##*/}"
  done
  source_apt apt-get "$folder" update >"$folder/log" 2>&1 ||
    die "apt-get could not update its lists of source packages: $(tail -n 1 "$folder/log")"
}

# source_apt PROGRAM FOLDER ARGUMENT…: apt-get or apt-cache with the configuration in FOLDER.
source_apt() {
  local program=$1 folder=$2
  shift 2
  "$program" --quiet=2 -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$folder/repositories" \
    -o Dir::State::Lists="$folder/lists" -o Dir::Cache="$folder/cache" -o APT::Sandbox::User=root "$@"
}

# fetch_source NAME FOLDER: unpacks the newest source of the package NAME that can be had into FOLDER/NAME, with the
# distribution's patches. A mirror may list a version before it has it. apt checks the files against its signed lists.
fetch_source() {
  local name=$1 folder=$2 package version
  while read -r package version; do
    if (cd "$folder" && source_apt apt-get "$folder" source --download-only "$package=$version") >>"$folder/log" 2>&1
    then
      dpkg-source --no-check --extract "$folder/$package"_*.dsc "$folder/$name" >>"$folder/log" 2>&1 ||
        die "the source of $package $version could not be unpacked, see $folder/log."
      echo "$package $version" >>"$folder/versions"
      return
    fi
    heading "The source of $package $version cannot be downloaded: trying an older one"
    rm -f "$folder/$package"_*
  done < <(source_apt apt-cache "$folder" showsrc "$name" |
    awk '$1 == "Package:" { name = $2 } $1 == "Version:" { print name, $2 }' | sort --version-sort --reverse --unique)
  die "no source of the package $name can be downloaded."
}

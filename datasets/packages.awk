# The distribution's package index as labelled rows in VW text, one package a row, and as tables
# with tabs between the columns:
#   apt-cache dumpavail | awk -v train=TRAIN -v test=TEST -f packages.awk
# makes TRAIN.vw, TRAIN.tsv, TEST.vw and TEST.tsv.
# Label 1: its section is science, math, electronics, hamradio or gnu-r; else -1. Features, all of
# value 1: the words of its short description (|description), the packages it depends on
# (|depends), and the words of its maintainer's name (|maintainer). Every fifth package, by a hash
# of its name, is a test row, so a package keeps its side when others come and go. In the tables the
# label is the column "field", science or other, and the columns are as the index has them.

function words(namespace, text,    n, i, part, seen, out) {
  text = tolower(text)
  gsub(/[^a-z0-9+.-]+/, " ", text)
  n = split(text, part, " ")
  out = ""
  for (i = 1; i <= n; ++i) {
    gsub(/^[.-]+|[.-]+$/, "", part[i])
    if (length(part[i]) > 1 && !(part[i] in seen)) {
      seen[part[i]] = 1
      out = out " " part[i]
    }
  }
  return out == "" ? "" : " |" namespace out
}

function depended(text,    n, i, part, seen, out) {
  gsub(/\([^)]*\)|\[[^]]*\]|<[^>]*>|:[a-z0-9-]+/, "", text)
  n = split(text, part, /[ ,|]+/)
  out = ""
  for (i = 1; i <= n; ++i) {
    if (part[i] != "" && !(part[i] in seen)) {
      seen[part[i]] = 1
      out = out " " part[i]
    }
  }
  return out == "" ? "" : " |depends" out
}

function side(name,    i, hash) {
  hash = 7
  for (i = 1; i <= length(name); ++i) {
    hash = (hash * 31 + index("abcdefghijklmnopqrstuvwxyz0123456789+-.", substr(name, i, 1))) % 1000003
  }
  return hash % 5 == 0 ? test : train
}

# A value of a table.
function cell(text) {
  gsub(/\t/, " ", text)
  return text
}

function finish(    label, short) {
  if (package == "") return
  short = section
  sub(/.*\//, "", short)  # contrib/science is science
  label = short ~ /^(science|math|electronics|hamradio|gnu-r)$/ ? "1" : "-1"
  print label " '" package words("description", description) depended(depends) \
    words("maintainer", maintainer) > (side(package) ".vw")
  print (label == "1" ? "science" : "other") "\t" package "\t" priority "\t" installed "\t" size \
    "\t" cell(maintainer) "\t" cell(depends) "\t" cell(description) > (side(package) ".tsv")
  package = section = description = depends = maintainer = priority = installed = size = ""
}

BEGIN {
  header = "field\tpackage\tpriority\tinstalled size\tsize\tmaintainer\tdepends\tdescription"
  print header > (train ".tsv")
  print header > (test ".tsv")
}
/^Package: /     { finish(); package = substr($0, 10) }
/^Section: /     { section = substr($0, 10) }
/^Description(-en)?: / { description = substr($0, index($0, ":") + 2) }
/^Depends: /     { depends = substr($0, 10) }
/^Priority: /    { priority = substr($0, 11) }
/^Installed-Size: / { installed = substr($0, 17) }
/^Size: /        { size = substr($0, 7) }
/^Maintainer: /  { maintainer = substr($0, 13); sub(/ *<.*/, "", maintainer) }
END              { finish() }

# The 20 Newsgroups as VW text: the group is the label, each word a feature of the logarithm of its
# count, of the namespace "w". Words are runs of letters and digits, of 2 to 20, in lower case.
#
#   xz -dc 20news.train.tsv.xz | awk -f datasets/newsgroups.awk > train.vw
#
# Input lines are `group<TAB>id<TAB>text`. Scaled to unit length, so that long posts weigh no more.
BEGIN { FS = "\t" }
{
  split("", count)
  text = tolower($3)
  gsub(/[^a-z0-9]+/, " ", text)
  words = split(text, word, " ")
  for (k = 1; k <= words; ++k) {
    if (length(word[k]) >= 2 && length(word[k]) <= 20) ++count[word[k]]
  }
  square = 0
  for (w in count) square += (1 + log(count[w])) ^ 2
  line = $1 " |w"
  for (w in count) line = line sprintf(" %s:%.4g", w, (1 + log(count[w])) / sqrt(square))
  print line
}

# The mean log loss of probabilities, a line each, against the labels of a libsvm file:
#   awk -f log_loss.awk TEST PROBABILITIES
FNR == NR { label[FNR] = $1; next }
{
  p = label[FNR] > 0 ? $1 : 1 - $1
  sum -= log(p < 1e-15 ? 1e-15 : p)
}
END { printf "%.5f\n", sum / FNR }

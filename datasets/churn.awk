# A table such as a telephone company has of its customers, as CSV with a header:
#   awk -v rows=20000 -v seed=1 -f churn.awk > churn.csv
# Numbers of four scales, some of them missing; categories, of which one has a long tail; a date; a
# note of some words. The label, churned, is yes or no by a logistic model of all of them. The rows
# are a function of rows and seed, by whichever awk.

# Uniform in [0, 1): the minimal standard of Park and Miller, CACM 1988.
function uniform() {
  state = (state * 16807) % 2147483647
  return state / 2147483647
}

# About normal: the sum of twelve.
function normal(    k, sum) {
  sum = -6
  for (k = 0; k < 12; ++k) sum += uniform()
  return sum
}

function pick(list, count) {
  return list[1 + int(uniform() * count)]
}

# Two digits.
function two(number) {
  return number < 10 ? "0" number : number
}

BEGIN {
  if (rows == "") rows = 20000
  state = 1 + (seed == "" ? 1 : seed) * 7919
  for (k = 0; k < 50; ++k) uniform()
  plans = split("basic plus family business", plan)
  words = split("slow internet price support friendly moving invoice wrong call dropped happy router again late refund upgrade", word)
  split("1.2 0.3 0.9 0.8 -1.3 1.1 0.2 0.9 0 0.8 -1.5 0.1 0.6 0.5 0.7 -0.9", word_effect)
  print "customer,age,income,usage ratio,days since call,plan,city,signup,note,churned"
  for (i = 1; i <= rows; ++i) {
    age = int(18 + 60 * uniform())
    income = int(exp(10.3 + 0.6 * normal()))
    ratio = uniform() ^ 3
    days = int(-40 * log(1 - uniform()))
    its_plan = 1 + int(uniform() ^ 2 * plans)
    city = int(400 * uniform() ^ 4)
    month = 1 + int(12 * uniform())
    year = 2019 + int(7 * uniform())
    margin = -1.6 + 0.03 * (45 - age) - 0.5 * (log(income) - 10.3) + 2.5 * ratio - 0.01 * days
    margin += (its_plan == 1 ? 0.6 : its_plan == 4 ? -0.8 : 0) + (city % 7 - 3) * 0.25
    margin += (month == 12 || month == 1 ? 0.7 : 0) + (year - 2022) * 0.15
    note = ""
    for (k = int(6 * uniform()); k > 0; --k) {
      w = 1 + int(words * uniform())
      note = note (note == "" ? "" : " ") word[w]
      margin += 0.7 * word_effect[w]
    }
    if (uniform() < 0.05) note = "\"" note ", \"\"urgent\"\"\""
    print "c" i "," (uniform() < 0.08 ? "" : age) "," (uniform() < 0.12 ? "" : income) "," \
      sprintf("%.4f", ratio) "," days "," plan[its_plan] "," \
      (uniform() < 0.03 ? "" : "city" city) "," year "-" two(month) "-" two(1 + int(28 * uniform())) \
      "," note "," (uniform() < 1 / (1 + exp(-margin)) ? "yes" : "no")
  }
}

#include "hogwild/report/page.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "support/figures.hpp"

namespace hogwild {
namespace {

using test::parts;

Chart chart(std::vector<double> x, std::vector<double> y) {
  return {.title = "a chart",
          .x_label = "epoch",
          .y_label = "loss",
          .curves = {{"run", std::move(x), std::move(y)}}};
}

TEST(Page, HoldsItsSectionsInTurn) {
  const std::string page = html({.title = "a run",
                                 .text = "some day",
                                 .sections = {{.title = "first", .facts = {{"rows", "12"}}},
                                              {.title = "second", .text = "words"}}});
  EXPECT_TRUE(page.starts_with("<!doctype html>"));
  EXPECT_NE(page.find("<title>a run</title>"), std::string::npos);
  EXPECT_NE(page.find("<dt>rows</dt><dd>12</dd>"), std::string::npos);
  EXPECT_LT(page.find(">first</h2>"), page.find(">second</h2>"));
  // Each is reached from the top.
  for (const std::string& anchor : parts(page, "<a href=\"#", "\"")) {
    EXPECT_NE(page.find("id=\"" + anchor + "\""), std::string::npos) << anchor;
  }
  EXPECT_EQ(parts(page, "<a href=\"#", "\"").size(), 2u);
}

TEST(Page, AsksForNothingFromElsewhere) {
  const std::string page =
      html({.title = "a run", .sections = {{.title = "s", .charts = {chart({1}, {2})}}}});
  EXPECT_NE(page.find("default-src 'none'"), std::string::npos);
  for (const char* outside : {"src=\"", "<link", "@import", "url(", "https://", "fetch("}) {
    EXPECT_EQ(page.find(outside), std::string::npos) << outside;
  }
}

TEST(Page, SpellsMarkupOutAndReplacesWhatIsNoUtf8) {
  const std::string odd = "<script>\"&\"</script> \xff caf\xc3\xa9 \xc3";
  const std::string meant =
      "&lt;script&gt;&quot;&amp;&quot;&lt;/script&gt; \uFFFD caf\u00e9 \uFFFD";
  Chart named = chart({1}, {2});
  named.title = named.x_label = named.y_label = named.text = named.curves[0].name = odd;
  const std::string page =
      html({.title = odd,
            .text = odd,
            .sections = {{.title = odd,
                          .text = odd,
                          .facts = {{odd, odd}},
                          .grids = {{odd, {odd}, {{odd}}}, {odd, {odd}, {{odd}}, true}},
                          .charts = {named}}}});
  EXPECT_EQ(page.find("<script>\"&"), std::string::npos);
  EXPECT_EQ(page.find('\xff'), std::string::npos);
  EXPECT_GE(parts(page, meant, "").size(), 20u);
}

TEST(Page, HoldsEveryNumberToTheLastBit) {
  const std::vector<double> x{1, 2, 3}, y{1.0 / 3, 1e-300, 123456789.123456789};
  const auto drawn = test::figure(
      html({.title = "", .sections = {{.title = "", .charts = {chart(x, y)}}}}), "a chart");
  const auto& points = drawn.curves.at("run");
  ASSERT_EQ(points.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(points[i], std::pair(x[i], y[i]));
}

TEST(Page, LeavesOutPointsThatAreNotFinite) {
  const double infinity = std::numeric_limits<double>::infinity();
  const std::string page =
      html({.title = "",
            .sections = {{.title = "", .charts = {chart({1, 2, 3}, {0.5, infinity, NAN})}}}});
  EXPECT_EQ(test::figure(page, "a chart").curves.at("run").size(), 1u);
  EXPECT_NE(page.find("1 points from 0.5 to 0.5"), std::string::npos);  // in words, too
}

TEST(Page, TellsItsScriptHowToDraw) {
  Chart bars = chart({1, 2}, {3, 4});
  bars.bars = bars.log_x = bars.log_y = true;
  bars.curves.push_back({"ideal", {0, 1}, {0, 1}});
  bars.curves[1].is_guide = bars.curves[1].is_dashed = true;
  const std::string page = html({.title = "", .sections = {{.title = "", .charts = {bars}}}});
  EXPECT_NE(page.find("<figure data-x=\"epoch\" data-y=\"loss\" data-log-x data-log-y data-bars>"),
            std::string::npos);
  EXPECT_NE(page.find("data-curve=\"ideal\" data-colour=\"0\" data-dashed data-guide>"),
            std::string::npos);
}

}  // namespace
}  // namespace hogwild

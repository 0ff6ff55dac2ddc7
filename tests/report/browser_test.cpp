// Reports in a browser: what is drawn, and what answers to pointer and keys. Without one they are
// skipped. HOGWILD_SCREENSHOTS names a folder for pictures to be looked at.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "hogwild/report/page.hpp"
#include "support/browser.hpp"
#include "support/command.hpp"
#include "support/figures.hpp"

namespace hogwild::test {
namespace {

using nlohmann::json;

constexpr int kWide = 1280, kNarrow = 375;

// In the page: what a figure's readout says.
constexpr const char* kTold = "figure.querySelector('.readout').innerText";

// In the page: what is drawn of each figure.
constexpr const char* kDrawn = R"js(
  Array.from(document.querySelectorAll("figure"), (figure) => {
    const svg = figure.querySelector("svg"), frame = svg.getBoundingClientRect();
    const names = [...new Set(Array.from(svg.querySelectorAll("[data-curve]"),
                                         (shape) => shape.dataset.curve))];
    const count = (name) => {
      const line = svg.querySelector(`polyline[data-curve="${name}"]`);
      return line ? line.points.numberOfItems
                  : svg.querySelectorAll(`rect[data-curve="${name}"]`).length;
    };
    return {
      title: figure.querySelector("figcaption").textContent,
      points: Object.fromEntries(names.map((name) => [name, count(name)])),
      words: svg.querySelectorAll("text").length,
      clipped: Array.from(svg.querySelectorAll("text"))
        .filter((text) => {
          const box = text.getBoundingClientRect();
          return box.left < frame.left - 1 || box.right > frame.right + 1 ||
                 box.top < frame.top - 1 || box.bottom > frame.bottom + 1;
        })
        .map((text) => text.textContent),
    };
  })
)js";

class BrowserTest : public Command {
 protected:
  void SetUp() override {
    const auto program = installed_browser();
    if (!program) GTEST_SKIP() << "there is no Chromium (apt-get install chromium)";
    browser_.emplace(*program);
    ASSERT_EQ(run("generate click 3000 --features 500 -o click.svm").status, 0);
    ASSERT_EQ(
        run("train click.svm -o m --epochs 6 --valid-fraction 0.3 --report train.html").status, 0);
  }

  Browser& browser() { return *browser_; }

  void open(const std::string& page, int width, const std::string& scheme = "light") {
    browser().resize(width, 900);
    browser().prefer(scheme);
    browser().open(folder_.path(page));
    const char* folder = std::getenv("HOGWILD_SCREENSHOTS");
    if (folder == nullptr) return;
    std::ofstream(std::string(folder) + "/" + page + "." + scheme + "." + std::to_string(width) +
                  ".png")
        << browser().screenshot();
  }

  // The middle of what a selector finds in the figure of a number, in the window.
  std::pair<double, double> middle(std::size_t figure, const std::string& selector) {
    const json box = browser().evaluate(
        "(() => { const found = document.querySelectorAll('figure')[" + std::to_string(figure) +
        "].querySelector('" + selector +
        "'); found.scrollIntoView({block: 'center'}); const box = found.getBoundingClientRect();"
        " return [box.x + box.width / 2, box.y + box.height / 2]; })()");
    return {box[0], box[1]};
  }

  json in_figure(std::size_t figure, const std::string& expression) {
    return browser().evaluate("(figure => " + expression +
                              ")(document.querySelectorAll('figure')[" + std::to_string(figure) +
                              "])");
  }

  std::optional<Browser> browser_;
};

TEST_F(BrowserTest, DrawsEveryPointOfEveryReport) {
  ASSERT_EQ(run("evaluate m click.svm --report evaluate.html").status, 0);
  ASSERT_EQ(run("compare click.svm --epochs 3 --report compare.html").status, 0);
  ASSERT_EQ(run("scale click.svm --threads 1,2 --rounds 1 --report scale.html").status, 0);
  ASSERT_EQ(run("simulate click.svm --workers 1,8,64 --epochs 3 --report simulate.html").status, 0);
  for (const std::string page :
       {"train.html", "evaluate.html", "compare.html", "scale.html", "simulate.html"}) {
    const auto meant = figures(file(page));
    ASSERT_FALSE(meant.empty());
    for (const auto& [width, scheme] :
         {std::pair(kWide, "light"), {kNarrow, "light"}, {kWide, "dark"}, {kNarrow, "dark"}}) {
      open(page, width, scheme);
      const json drawn = browser().evaluate(kDrawn);
      ASSERT_EQ(drawn.size(), meant.size()) << page;
      for (std::size_t k = 0; k < meant.size(); ++k) {
        EXPECT_EQ(drawn[k]["title"], meant[k].title);
        EXPECT_EQ(drawn[k]["clipped"], json::array()) << page << " " << meant[k].title << width;
        EXPECT_GE(drawn[k]["words"], 6) << meant[k].title;
        for (const auto& [name, points] : meant[k].curves) {
          std::size_t shown = points.size();
          if (meant[k].title.starts_with("Weights")) {  // an empty bar has no logarithm
            shown = static_cast<std::size_t>(
                std::ranges::count_if(points, [](const auto& point) { return point.second > 0; }));
          }
          EXPECT_EQ(drawn[k]["points"].value(name, 0), shown) << page << " " << meant[k].title;
        }
      }
      EXPECT_LE(browser().evaluate("document.documentElement.scrollWidth"), width) << page;
    }
  }
  EXPECT_EQ(browser().complaints(), std::vector<std::string>());
  for (const std::string& address : browser().requests()) {
    EXPECT_TRUE(address.starts_with("file://" + folder_.path(""))) << address;
  }
  EXPECT_EQ(browser().requests().size(), 20u);  // each page, each time, and nothing else
}

TEST_F(BrowserTest, ThePointerIsToldWhatACurveIs) {
  open("train.html", kWide);
  const Figure meant = figure(file("train.html"), "loss by epoch");
  EXPECT_EQ(in_figure(0, kTold), "");
  const auto [x, y] = middle(0, ".dot");  // the first point
  browser().move_pointer(x, y);
  const std::string told = in_figure(0, "figure.querySelector('.readout').innerText");
  EXPECT_NE(told.find("epoch 1"), std::string::npos) << told;
  for (const auto& [name, points] : meant.curves) {
    const auto at = told.find(name + ": ");
    ASSERT_NE(at, std::string::npos) << told;
    EXPECT_NEAR(std::stod(told.substr(at + name.size() + 2)), points.at(0).second, 1e-5);
  }
  EXPECT_EQ(in_figure(0, "figure.querySelectorAll('svg g circle').length"), 2);
  browser().move_pointer(1, 1);
  EXPECT_EQ(in_figure(0, kTold), "");
}

TEST_F(BrowserTest, ButtonsHideCurvesAndShowThemAgain) {
  open("train.html", kWide);
  const std::string shapes = "figure.querySelectorAll('svg [data-curve=\"training\"]').length";
  const std::string others = "figure.querySelectorAll('svg [data-curve=\"validation\"]').length";
  const std::string pressed = "figure.querySelector('button').getAttribute('aria-pressed')";
  EXPECT_EQ(in_figure(0, shapes), 7);  // a line and six dots
  for (const bool hidden : {true, false}) {
    const auto [x, y] = middle(0, "button");
    browser().click(x, y);
    EXPECT_EQ(in_figure(0, shapes), hidden ? 0 : 7);
    EXPECT_EQ(in_figure(0, others), 7);
    EXPECT_EQ(in_figure(0, pressed), hidden ? "false" : "true");
  }
  // Another scale, another place.
  const std::string line = "figure.querySelector('polyline').getAttribute('points')";
  const std::string linear = in_figure(0, line);
  const auto [x, y] = middle(0, "button:last-child");
  browser().click(x, y);
  EXPECT_NE(in_figure(0, line), linear);
  browser().click(x, y);
  EXPECT_EQ(in_figure(0, line), linear);
}

TEST_F(BrowserTest, KeysGoFromPointToPoint) {
  open("train.html", kWide);
  const std::string told = "figure.querySelector('.readout').innerText.split('\\n')[0]";
  in_figure(0, "figure.querySelector('.picture').focus()");
  browser().press("ArrowRight");
  EXPECT_EQ(in_figure(0, told), "epoch 1");
  browser().press("ArrowRight");
  EXPECT_EQ(in_figure(0, told), "epoch 2");
  browser().press("End");
  EXPECT_EQ(in_figure(0, told), "epoch 6");
  browser().press("ArrowLeft");
  EXPECT_EQ(in_figure(0, told), "epoch 5");
  browser().press("Home");
  EXPECT_EQ(in_figure(0, told), "epoch 1");
  browser().press("Escape");
  EXPECT_EQ(in_figure(0, kTold), "");
}

TEST_F(BrowserTest, KeysReachEveryPointOfACurveThatRisesUpright) {
  open("train.html", kWide);
  const auto meant = figures(file("train.html"));
  const auto at = std::ranges::find_if(
      meant, [](const Figure& drawn) { return drawn.title.starts_with("ROC curve"); });
  const auto number = static_cast<std::size_t>(at - meant.begin());
  in_figure(number, "figure.querySelector('.picture').focus()");
  std::set<std::string> told;
  const auto& points = at->curves.at("ROC");
  for (std::size_t k = 0; k < points.size(); ++k) {
    browser().press("ArrowRight");
    told.insert(in_figure(number, kTold));
  }
  // Points next to each other may read alike, to five digits.
  EXPECT_GT(told.size(), points.size() * 9 / 10);
}

TEST_F(BrowserTest, ValuesThatDifferByTheirLastBitsAreDrawnAsOne) {
  Chart chart{.title = "flat",
              .x_label = "epoch",
              .y_label = "loss",
              .curves = {{"run", {1, 2, 3}, {0.6931471805599454, 0.6931471805599455, 0.69}}}};
  chart.curves[0].y[2] = chart.curves[0].y[0];
  Chart close = chart;
  close.curves[0].y = {0.361914, 0.361921, 0.361918};
  Chart endless = chart;  // more points than a call takes arguments
  endless.curves[0].x.clear();
  endless.curves[0].y.clear();
  for (int i = 0; i < 200'000; ++i) {
    endless.curves[0].x.push_back(i);
    endless.curves[0].y.push_back(std::sin(i));
  }
  folder_.write(
      "page.html",
      html({.title = "t", .sections = {{.title = "s", .charts = {chart, close, endless}}}}));
  open("page.html", kWide);
  EXPECT_EQ(browser().complaints(), std::vector<std::string>());
  const json drawn = browser().evaluate(kDrawn);
  for (std::size_t k = 0; k < 2; ++k) EXPECT_EQ(drawn[k]["points"]["run"], 3);
  EXPECT_EQ(drawn[2]["points"]["run"], 200'000);
  // Each tick has a label of its own.
  EXPECT_TRUE(in_figure(1,
                        "(all => new Set(all).size === all.length)(Array.from("
                        "figure.querySelectorAll('svg text'), (text) => text.textContent))"));
}

TEST_F(BrowserTest, WordsAndCurvesStandOutInLightAndDark) {
  // Contrast by the Web Content Accessibility Guidelines 2.1.
  constexpr const char* kContrasts = R"js((() => {
    const resolved = (colour) => {
      const probe = document.createElement("span");
      probe.style.color = colour;
      document.body.append(probe);
      const rgb = getComputedStyle(probe).color.match(/[\d.]+/g).slice(0, 3).map(Number);
      probe.remove();
      return rgb;
    };
    const luminance = (colour) => {
      const [r, g, b] = resolved(colour).map((c) => {
        c /= 255;
        return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const contrast = (a, b) => {
      const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
      return (high + 0.05) / (low + 0.05);
    };
    return {
      paper: luminance("var(--paper)"),
      words: Math.min(...["ink", "faint", "link"].flatMap((name) =>
        ["paper", "card"].map((ground) => contrast(`var(--${name})`, `var(--${ground})`)))),
      curves: Math.min(...Array.from({ length: 9 }, (_, k) =>
        contrast(`var(--curve-${k})`, "var(--card)"))),
    };
  })())js";
  for (const std::string scheme : {"light", "dark"}) {
    open("train.html", kWide, scheme);
    const json found = browser().evaluate(kContrasts);
    EXPECT_EQ(found["paper"] > 0.5, scheme == "light");
    EXPECT_GE(found["words"], 4.5) << scheme;
    EXPECT_GE(found["curves"], 3) << scheme;
  }
}

TEST_F(BrowserTest, PaperHoldsThePicturesWithoutWhatOnlyAScreenCanDo) {
  open("train.html", kWide);
  browser().prefer("dark", "print");
  EXPECT_EQ(browser().evaluate("getComputedStyle(document.querySelector('nav')).display"), "none");
  EXPECT_EQ(in_figure(0, "getComputedStyle(figure.querySelector('details')).display"), "none");
  EXPECT_EQ(browser().evaluate("getComputedStyle(document.body).backgroundColor"),
            "rgb(255, 255, 255)");
  EXPECT_GT(in_figure(0, "figure.querySelector('svg').getBoundingClientRect().width"), 200);
}

TEST_F(BrowserTest, WhoDoesNotSeeFindsWordsAndTables) {
  open("train.html", kWide);
  const json found = browser().evaluate(R"js(({
    figures: document.querySelectorAll("figure").length,
    words: Array.from(document.querySelectorAll(".picture")).filter(
      (picture) => picture.getAttribute("role") === "group" && picture.tabIndex === 0 &&
                   picture.getAttribute("aria-label").includes("points from")).length,
    tables: document.querySelectorAll("figure table thead th[scope=col]").length,
    headings: document.querySelectorAll("h1").length,
    language: document.documentElement.lang,
    nameless: Array.from(document.querySelectorAll("button, a, summary"))
      .filter((control) => !control.textContent.trim()).length,
  }))js");
  EXPECT_GE(found["figures"], 8);
  EXPECT_EQ(found["words"], found["figures"]);
  EXPECT_EQ(found["tables"], 2 * found["figures"].get<int>());
  EXPECT_EQ(found["headings"], 1);
  EXPECT_EQ(found["language"], "en");
  EXPECT_EQ(found["nameless"], 0);
}

}  // namespace
}  // namespace hogwild::test

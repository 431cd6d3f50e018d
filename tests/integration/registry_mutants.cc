// SPDX-License-Identifier: MIT
//
// registry_mutants FIXTURES [--mutants N] [--seed S] [--only NAME]: imports N damaged copies of
// every registry fixture and of its logs. Each copy has one harm: turned bits, an integer of a
// record at an extreme, a foreign cell size, a page lost or repeated, an end cut off.
// Fails if an import crashes, takes more than ten seconds, or loses records without an issue that
// says so. What fails is named with the options that repeat it.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "importers/registry_model/importers.h"
#include "importers/registry_model/server_facts.h"
#include "importers/registry_model/services.h"
#include "tests/support/counting_snapshot.h"
#include "tests/support/unxz.h"

namespace {

namespace fs = std::filesystem;
using namespace dirsnap;
using Image = std::vector<std::byte>;
using Random = std::mt19937_64;

constexpr unsigned kMaxSeconds = 10;
constexpr int kFailed = 1;

struct Settings {
  fs::path fixtures;
  std::uint64_t mutants = 4;
  std::uint64_t seed = 1;
  std::string only;
};

// A fixture with the logs beside it, by suffix.
struct Source {
  std::string name;
  bool is_hive = false;
  Image bytes;
  std::map<std::string, Image> logs;
};

struct Outcome {
  bool is_refused = false;
  std::uint64_t records = 0;
  std::uint64_t noticed = 0;  // losses and doubts
};

Outcome import(const Source& source, const Image& bytes, const std::map<std::string, Image>& logs) {
  test::CountingSnapshot snapshot;
  const ImportOptions options{.server = {}, .codepage = 1252, .map_file = {}, .as_kind = {}};
  const CancelToken cancel;
  ImportContext context(snapshot, options, cancel);
  context.open_sibling = [&logs](std::string_view suffix) -> std::unique_ptr<ByteSource> {
    const auto place = logs.find(std::string(suffix));
    if (place == logs.end()) return nullptr;
    return std::make_unique<MemorySource>(place->second);
  };
  MemorySource memory(bytes);
  SourceFacts facts;
  test::CountingSink issues;
  const Importer& importer =
      source.is_hive ? registry_model::kHiveImporter : registry_model::kRegTextImporter;
  const auto done = importer.import(memory, facts, context, issues);
  const auto derived = done ? registry_model::write_server_facts(context) : done;
  const auto services = derived ? registry_model::write_services(context) : derived;
  return {.is_refused = !services, .records = facts.records, .noticed = issues.noticed};
}

// What was done to a copy.
struct Harm {
  std::string what;
  std::size_t at = 0;
  // Structure says nothing of it: fewer values, other text, other data are all a hive may hold.
  bool is_silent = false;
};

std::size_t pick(Random& random, std::size_t below) { return below == 0 ? 0 : random() % below; }

std::uint32_t extreme(Random& random) {
  constexpr std::uint32_t kValues[] = {0,      1,           0x20,        0xFFFF,     0x7FFF'FFFF,
                                       0x1000, 0x8000'0000, 0xFFFF'FFF0, 0xFFFF'FFFF};
  return kValues[pick(random, std::size(kValues))];
}

void put(Image& image, std::size_t at, const void* bytes, std::size_t size) {
  if (at > image.size()) return;
  std::memcpy(image.data() + at, bytes, std::min(size, image.size() - at));
}

Harm turn_bits(Image& image, Random& random) {
  const std::size_t at = pick(random, image.size());
  for (std::size_t i = 0; i <= pick(random, 4); ++i) {
    const std::size_t near = std::min(image.size() - 1, at + i);
    image[near] ^= std::byte{static_cast<unsigned char>(1U << pick(random, 8))};
  }
  return {.what = "bits turned", .at = at, .is_silent = true};
}

// Places of the records of a hive, by the two letters they begin with.
std::vector<std::size_t> records_of(const Image& image) {
  std::vector<std::size_t> places;
  for (std::size_t at = 4096 + 32; at + 80 < image.size(); at += 4) {
    const std::string_view letters = as_chars(Bytes(image).subspan(at, 2));
    for (const char* known : {"nk", "vk", "lf", "lh", "li", "ri", "sk", "db"}) {
      if (letters == known) places.push_back(at);
    }
  }
  return places;
}

Harm set_integer(Image& image, Random& random) {
  const auto places = records_of(image);
  if (places.empty()) return turn_bits(image, random);
  const std::size_t record = places[pick(random, places.size())];
  const std::size_t field = 2 * pick(random, 38);
  const std::uint32_t value = extreme(random);
  const std::size_t size = pick(random, 2) == 0 ? 2 : 4;
  const std::string letters(as_chars(Bytes(image).subspan(record, 2)));
  put(image, record + field, &value, size);
  return {.what = std::to_string(size) + " bytes at " + std::to_string(field) + " of a " + letters +
                  " set to " + std::to_string(value),
          .at = record + field};
}

Harm set_cell_size(Image& image, Random& random) {
  const auto places = records_of(image);
  if (places.empty()) return turn_bits(image, random);
  const std::size_t at = places[pick(random, places.size())] - 4;
  const std::uint32_t value =
      pick(random, 2) == 0 ? extreme(random) : 0U - 8U * static_cast<std::uint32_t>(random() % 64);
  put(image, at, &value, sizeof value);
  return {.what = "a cell's size set to " + std::to_string(value), .at = at};
}

Harm lose_page(Image& image, Random& random) {
  const std::size_t page = 512U << pick(random, 4);
  const std::size_t at = pick(random, image.size() / page) * page;
  const std::size_t size = std::min(page, image.size() - at);
  const Image other(image.begin(), image.begin() + static_cast<std::ptrdiff_t>(size));
  const bool is_zeroed = pick(random, 2) == 0;
  if (is_zeroed) std::fill_n(image.begin() + static_cast<std::ptrdiff_t>(at), size, std::byte{0});
  if (!is_zeroed) put(image, at, other.data(), size);
  return {.what = is_zeroed ? "a page zeroed" : "a page replaced by the first", .at = at};
}

Harm cut(Image& image, Random& random) {
  image.resize(pick(random, image.size()));
  return {.what = "cut", .at = image.size()};
}

// Digits, brackets, quotes: what the text forms are made of.
Harm change_text(Image& image, Random& random) {
  constexpr std::string_view kSigns = "[]\"\\=:,-@0f\r\n \0;";
  const std::size_t at = pick(random, image.size());
  const std::size_t size = 1 + pick(random, 3);
  const auto place = image.begin() + static_cast<std::ptrdiff_t>(at);
  if (pick(random, 2) == 0) {
    image.insert(place, size, static_cast<std::byte>(kSigns[pick(random, kSigns.size())]));
  } else {
    image.erase(place, place + static_cast<std::ptrdiff_t>(std::min(size, image.size() - at)));
  }
  return {.what = "signs put in or taken out", .at = at, .is_silent = true};
}

Harm harm(Image& image, bool is_hive, Random& random) {
  if (image.empty()) return {.what = "nothing", .is_silent = true};
  if (!is_hive) {
    if (pick(random, 4) == 0) {
      Harm done = cut(image, random);
      done.is_silent = true;  // the text may be whole up to there
      return done;
    }
    return pick(random, 2) == 0 ? change_text(image, random) : turn_bits(image, random);
  }
  switch (pick(random, 6)) {
    case 0:
      return turn_bits(image, random);
    case 1:
    case 2:
      return set_integer(image, random);
    case 3:
      return set_cell_size(image, random);
    case 4:
      return lose_page(image, random);
    default:
      return cut(image, random);
  }
}

// What the parent is told of a child that dies.
struct Shared {
  std::uint64_t mutant;
  char what[160];
};

// One mutant; false if something was lost in silence.
bool run_mutant(const Source& source, const Outcome& sound, std::uint64_t number, Shared& shared) {
  Random random(number);
  Image bytes = source.bytes;
  std::map<std::string, Image> logs = source.logs;
  Harm done;
  const bool is_log = !logs.empty() && pick(random, 2) == 0;
  if (is_log) {
    auto place = logs.begin();
    std::advance(place, static_cast<std::ptrdiff_t>(pick(random, logs.size())));
    done = harm(place->second, true, random);
    done.what = place->first + ": " + done.what;
  } else {
    done = harm(bytes, source.is_hive, random);
  }
  std::snprintf(shared.what, sizeof shared.what, "%s at %zu", done.what.c_str(), done.at);
  alarm(kMaxSeconds);
  const Outcome outcome = import(source, bytes, logs);
  alarm(0);
  const bool is_quiet = !outcome.is_refused && outcome.noticed == 0 && sound.noticed == 0;
  if (done.is_silent || !is_quiet || outcome.records >= sound.records) return true;
  std::printf("%s: %s: %llu of %llu records lost, no issue\n", source.name.c_str(), shared.what,
              static_cast<unsigned long long>(sound.records - outcome.records),
              static_cast<unsigned long long>(sound.records));
  return false;
}

// All mutants of a source, in a process of its own. True if none failed.
bool run_source(const Source& source, const Settings& settings, Shared& shared) {
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    const Outcome sound = import(source, source.bytes, source.logs);
    bool is_good = true;
    for (std::uint64_t i = 0; i < settings.mutants; ++i) {
      shared.mutant = settings.seed + i;
      is_good = run_mutant(source, sound, settings.seed + i, shared) && is_good;
    }
    std::fflush(nullptr);
    _exit(is_good ? 0 : kFailed);
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child) return false;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return true;
  if (WIFSIGNALED(status)) {
    std::printf("%s: %s: %s\n", source.name.c_str(), shared.what,
                WTERMSIG(status) == SIGALRM ? "still running after ten seconds"
                                            : strsignal(WTERMSIG(status)));
  }
  std::printf("  repeat with: --only %s --seed %llu --mutants 1\n", source.name.c_str(),
              static_cast<unsigned long long>(shared.mutant));
  return false;
}

Image load(const fs::path& path) {
  return path.extension() == ".xz" ? test::unxz_file(path) : test::read_file(path);
}

std::vector<fs::path> files_of(const fs::path& folder) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(folder)) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::string plain_name(const fs::path& path) {
  return path.extension() == ".xz" ? path.stem().string() : path.filename().string();
}

// Calls `use` for one source after the other: all of them would be much memory.
void for_each_source(const fs::path& fixtures, const std::function<void(Source&)>& use) {
  const auto hives = files_of(fixtures / "hives");
  for (const fs::path& path : hives) {
    Source source{.name = plain_name(path), .is_hive = true, .bytes = {}, .logs = {}};
    if (fs::path(source.name).extension().string().starts_with(".LOG")) continue;
    source.bytes = load(path);
    for (const char* suffix : {".LOG1", ".LOG2"}) {
      const fs::path log = path.parent_path() / (source.name + suffix + ".xz");
      if (fs::exists(log)) source.logs[suffix] = load(log);
    }
    use(source);
  }
  for (const char* folder : {"reg", "regedit"}) {
    for (const fs::path& path : files_of(fixtures / folder)) {
      if (path.extension() == ".md") continue;
      Source source{.name = plain_name(path), .is_hive = false, .bytes = load(path), .logs = {}};
      use(source);
    }
  }
}

bool parse(int argc, char** argv, Settings& settings) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    const char* const value = i + 1 < argc ? argv[i + 1] : nullptr;
    if (!word.starts_with("--")) {
      settings.fixtures = argv[i];
      continue;
    }
    if (value == nullptr) return false;
    ++i;
    if (word == "--mutants") {
      settings.mutants = std::strtoull(value, nullptr, 10);
    } else if (word == "--seed") {
      settings.seed = std::strtoull(value, nullptr, 10);
    } else if (word == "--only") {
      settings.only = value;
    } else {
      return false;
    }
  }
  return !settings.fixtures.empty();
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  if (!parse(argc, argv, settings)) {
    std::fputs("usage: registry_mutants FIXTURES [--mutants N] [--seed S] [--only NAME]\n", stderr);
    return 2;
  }
  if (!fs::exists(settings.fixtures)) {
    std::printf("skipped: no fixtures at %s\n", settings.fixtures.c_str());
    return 0;
  }
  void* const memory =
      mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return 2;
  auto& shared = *new (memory) Shared{};
  std::size_t sources = 0;
  std::size_t failed = 0;
  for_each_source(settings.fixtures, [&](Source& source) {
    if (!settings.only.empty() && settings.only != source.name) return;
    ++sources;
    if (!run_source(source, settings, shared)) ++failed;
  });
  std::printf("%zu sources, %llu mutants of each from seed %llu: %zu failed\n", sources,
              static_cast<unsigned long long>(settings.mutants),
              static_cast<unsigned long long>(settings.seed), failed);
  return failed == 0 && sources != 0 ? 0 : kFailed;
}

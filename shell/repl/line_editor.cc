// SPDX-License-Identifier: MIT
#include "shell/repl/line_editor.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cwchar>
#include <poll.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <histedit.h>

#include "shell/render/width.h"
#include "shell/signals.h"
#include "shell/terminal.h"

namespace dirsnap {

struct LineEditor::Impl {
  EditLine* edit = nullptr;
  History* history = nullptr;
  std::optional<std::filesystem::path> file;
  Completer completer;
  const char* prompt = "";
  std::string listed_for;  // line at the last Tab that left a choice: the next one lists it
  std::string last_entry;
};

namespace {

constexpr int kHistoryEntries = 2000;
constexpr std::size_t kListedAtMost = 200;

std::atomic<bool> g_resized{false};

void on_resize(int /*signal*/) { g_resized.store(true); }

LineEditor::Impl& impl_of(EditLine* edit) {
  void* data = nullptr;
  el_get(edit, EL_CLIENTDATA, &data);
  return *static_cast<LineEditor::Impl*>(data);
}

char* prompt_of(EditLine* edit) { return const_cast<char*>(impl_of(edit).prompt); }

// Blocks the signals that matter at the prompt, so that none slips in between looking at its flag
// and going to sleep; `previous` lets them through again.
class SignalsHeld {
 public:
  SignalsHeld() {
    sigset_t held;
    ::sigemptyset(&held);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGWINCH}) ::sigaddset(&held, signal);
    ::pthread_sigmask(SIG_BLOCK, &held, &previous_);
  }
  ~SignalsHeld() { ::pthread_sigmask(SIG_SETMASK, &previous_, nullptr); }
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;
  [[nodiscard]] const sigset_t& previous() const { return previous_; }

 private:
  sigset_t previous_{};
};

// One byte of a key. 1, 0 at the end of input, -1 on Ctrl-C or an error.
int read_byte(EditLine* edit, char& byte) {
  const SignalsHeld held;
  while (!interrupt_token().requested()) {
    if (g_resized.exchange(false)) el_resize(edit);
    pollfd input{STDIN_FILENO, POLLIN, 0};
    const int ready = ::ppoll(&input, 1, nullptr, &held.previous());
    if (ready < 0 && errno == EINTR) continue;
    return ready < 0 ? -1 : static_cast<int>(::read(STDIN_FILENO, &byte, 1));
  }
  return -1;
}

// Replaces libedit's reader: a signal ends the line or redraws it instead of being swallowed.
int read_key(EditLine* edit, wchar_t* out) {
  std::mbstate_t state{};
  while (true) {
    char byte = 0;
    if (const int n = read_byte(edit, byte); n != 1) return n;
    const std::size_t size = std::mbrtowc(out, &byte, 1, &state);
    if (size <= 1) return 1;
    if (size == static_cast<std::size_t>(-1)) state = {};  // not UTF-8: dropped
  }
}

// Candidates in columns, as many as fit the terminal.
void list_candidates(const std::vector<std::string>& candidates) {
  std::size_t widest = 1;
  const std::size_t shown = std::min(candidates.size(), kListedAtMost);
  for (std::size_t i = 0; i < shown; ++i) widest = std::max(widest, display_width(candidates[i]));
  const std::size_t columns =
      std::max<std::size_t>(1, terminal_width(STDOUT_FILENO).value_or(80) / (widest + 2));
  const std::size_t rows = (shown + columns - 1) / columns;
  std::string text = "\n";
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t i = row; i < shown; i += rows) {
      text += candidates[i];
      if (i + rows < shown) text += std::string(widest + 2 - display_width(candidates[i]), ' ');
    }
    text += '\n';
  }
  if (shown < candidates.size())
    text += "… " + std::to_string(candidates.size() - shown) + " more\n";
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

// Characters, not bytes: what el_deletestr counts.
int count_characters(std::string_view text) {
  return static_cast<int>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

// Puts `text` in the place of the last word; what was typed stays as it is where it agrees.
bool insert_completion(EditLine* edit, std::string_view word, const std::string& text) {
  const bool agrees =
      text.size() >= word.size() && common_prefix({text, std::string(word)}).size() == word.size();
  if (agrees) {
    const std::string rest = text.substr(word.size());
    return !rest.empty() && el_insertstr(edit, rest.c_str()) == 0;
  }
  el_deletestr(edit, count_characters(word));
  return el_insertstr(edit, text.c_str()) == 0;
}

unsigned char on_tab(EditLine* edit, int /*key*/) {
  LineEditor::Impl& impl = impl_of(edit);
  const LineInfo* info = el_line(edit);
  const std::string before(info->buffer, info->cursor);
  const std::string after(info->cursor, info->lastchar);
  const Completions found = impl.completer(before, after);
  if (found.candidates.empty()) return CC_REFRESH_BEEP;
  const std::string word = before.substr(before.size() - found.word_size);
  if (found.candidates.size() == 1) {
    const std::string& only = found.candidates.front();
    const bool open = only.back() == '(' || only.back() == '=';
    insert_completion(edit, word, open ? only : only + " ");
    return CC_REFRESH;
  }
  const std::string prefix = common_prefix(found.candidates);
  if (prefix.size() > word.size() && insert_completion(edit, word, prefix)) {
    const LineInfo* now = el_line(edit);
    impl.listed_for.assign(now->buffer, now->cursor);  // the next Tab lists
    return CC_REFRESH;
  }
  if (std::exchange(impl.listed_for, before) != before) return CC_REFRESH_BEEP;
  list_candidates(found.candidates);
  return CC_REDISPLAY;
}

void make_private_folder(const std::filesystem::path& folder) {
  std::error_code ignored;
  std::filesystem::create_directories(folder, ignored);
  ::chmod(folder.c_str(), S_IRWXU);
}

void open_history(LineEditor::Impl& impl) {
  impl.history = history_init();
  HistEvent event{};
  history(impl.history, &event, H_SETSIZE, kHistoryEntries);
  history(impl.history, &event, H_SETUNIQUE, 1);
  if (!impl.file) return;
  make_private_folder(impl.file->parent_path());
  history(impl.history, &event, H_LOAD, impl.file->c_str());
}

void open_editor(LineEditor::Impl& impl) {
  impl.edit = el_init("dirsnap", stdin, stdout, stderr);
  EditLine* edit = impl.edit;
  el_set(edit, EL_CLIENTDATA, &impl);
  el_set(edit, EL_PROMPT, prompt_of);
  el_set(edit, EL_EDITOR, "emacs");
  el_set(edit, EL_SIGNAL, 0);
  el_set(edit, EL_GETCFN, read_key);
  el_set(edit, EL_HIST, history, impl.history);
  el_set(edit, EL_ADDFN, "dirsnap-complete", "Complete the word", on_tab);
  el_set(edit, EL_BIND, "\t", "dirsnap-complete", nullptr);
  el_set(edit, EL_BIND, "^R", "em-inc-search-prev", nullptr);
  el_source(edit, nullptr);  // the user's ~/.editrc
}

}  // namespace

LineEditor::LineEditor(const std::optional<std::filesystem::path>& history_file,
                       Completer completer)
    : impl_(std::make_unique<Impl>()) {
  impl_->file = history_file;
  impl_->completer = std::move(completer);
  struct sigaction action {};
  action.sa_handler = on_resize;
  ::sigemptyset(&action.sa_mask);
  ::sigaction(SIGWINCH, &action, nullptr);
  open_history(*impl_);
  open_editor(*impl_);
}

LineEditor::~LineEditor() {
  HistEvent event{};
  if (impl_->file) {
    const mode_t previous = ::umask(S_IRWXG | S_IRWXO);
    history(impl_->history, &event, H_SAVE, impl_->file->c_str());
    ::umask(previous);
  }
  el_end(impl_->edit);
  history_end(impl_->history);
}

LineEditor::Input LineEditor::read(const char* prompt) {
  impl_->prompt = prompt;
  impl_->listed_for.clear();
  // libedit shows the prompt before it takes the terminal over: a Ctrl-D in between would be lost.
  el_set(impl_->edit, EL_PREP_TERM, 1);
  int count = 0;
  const char* text = el_gets(impl_->edit, &count);
  if (text != nullptr && count > 0) {
    std::string line(text, static_cast<std::size_t>(count));
    if (!line.empty() && line.back() == '\n') line.pop_back();
    return {Status::kLine, std::move(line)};
  }
  if (!interrupt_token().requested()) return {Status::kEnd, {}};
  clear_interrupt();
  el_reset(impl_->edit);
  return {Status::kInterrupted, {}};
}

void LineEditor::add_history(const std::string& statement) {
  if (statement.empty() || statement.front() == ' ' || statement == impl_->last_entry) return;
  impl_->last_entry = statement;
  HistEvent event{};
  history(impl_->history, &event, H_ENTER, statement.c_str());
}

}  // namespace dirsnap

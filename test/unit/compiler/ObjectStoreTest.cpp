// Entries survive, damaged ones are dropped, and the store stays within its limit.
#include "compiler/emit/ObjectStore.h"
#include "compiler/emit/ScratchFolder.h"

#include "llvm/ADT/StringExtras.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

namespace {

namespace fs = std::filesystem;
using nnx::emit::ObjectStore;
using nnx::emit::ScratchFolder;

class ObjectStoreTest : public testing::Test {
protected:
  ScratchFolder scratch = llvm::cantFail(ScratchFolder::create());
  std::string folder = scratch.pathOf("a/b");
  ObjectStore store{folder};

  fs::path onlyFile() const {
    auto first = fs::directory_iterator(folder);
    return first->path();
  }
  void save(const std::string &key, const std::string &content) {
    ASSERT_FALSE(bool(store.save(key, content)));
  }
};

TEST_F(ObjectStoreTest, returns_what_was_saved_and_nothing_else) {
  std::string content = "\x7f"
                        "ELF with \n and \0 inside";
  save("key", content);
  EXPECT_EQ(store.load("key"), content);
  EXPECT_TRUE(store.contains("key"));
  EXPECT_EQ(store.load("key2"), std::nullopt);
  EXPECT_FALSE(store.contains("key2"));
}

TEST_F(ObjectStoreTest, keeps_an_empty_content) {
  save("key", "");
  EXPECT_EQ(store.load("key"), "");
}

TEST_F(ObjectStoreTest, drops_an_entry_cut_short_anywhere) {
  for (size_t keep : {size_t(0), size_t(3), size_t(20), size_t(1000 + 39)}) {
    save("key", std::string(1000, 'x'));
    fs::resize_file(onlyFile(), keep);
    EXPECT_EQ(store.load("key"), std::nullopt) << keep;
    EXPECT_FALSE(store.contains("key"));
  }
}

TEST_F(ObjectStoreTest, drops_an_entry_with_a_changed_byte) {
  save("key", std::string(1000, 'x'));
  std::fstream file(onlyFile(), std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(500);
  file.put('y');
  file.close();
  EXPECT_EQ(store.load("key"), std::nullopt);
  save("key", "again");
  EXPECT_EQ(store.load("key"), "again");
}

TEST_F(ObjectStoreTest, reports_a_folder_that_cannot_be_made_and_leaves_nothing) {
  std::ofstream(scratch.pathOf("file")) << "in the way";
  ObjectStore blocked(scratch.pathOf("file"));
  llvm::Error error = blocked.save("key", "content");
  ASSERT_TRUE(bool(error));
  EXPECT_NE(toString(std::move(error)).find("file"), std::string::npos);
  EXPECT_EQ(blocked.load("key"), std::nullopt);
}

TEST_F(ObjectStoreTest, removes_the_entries_used_longest_ago_beyond_its_limit) {
  ObjectStore small(folder, 5000);
  auto now = fs::file_time_type::clock::now();
  for (int i = 0; i < 8; ++i) {
    save("key" + std::to_string(i), std::string(960, 'x'));
    for (const auto &entry : fs::directory_iterator(folder))
      if (fs::last_write_time(entry) > now - std::chrono::minutes(1))
        fs::last_write_time(entry, now - std::chrono::hours(100 - i));
  }
  EXPECT_TRUE(small.load("key0")); // used again, hence the youngest
  small.trim();
  for (int i = 0; i < 8; ++i)
    EXPECT_EQ(small.contains("key" + std::to_string(i)), i == 0 || i > 5) << i;
}

TEST_F(ObjectStoreTest, is_whole_for_readers_while_others_write) {
  std::string a(100000, 'a'), b(100000, 'b');
  save("key", a);
  std::vector<std::thread> writers;
  for (const std::string &content : {a, b})
    writers.emplace_back([&, content] {
      ObjectStore own(folder);
      for (int i = 0; i < 50; ++i)
        llvm::cantFail(own.save("key", content));
    });
  for (int i = 0; i < 100; ++i) {
    auto content = store.load("key");
    EXPECT_TRUE(content == a || content == b);
  }
  for (std::thread &writer : writers)
    writer.join();
  EXPECT_EQ(std::distance(fs::directory_iterator(folder), fs::directory_iterator()), 1);
}

} // namespace

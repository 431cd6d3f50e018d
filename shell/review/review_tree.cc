// SPDX-License-Identifier: MIT
//
// The directory tree down to its connectors, each wired to the services it needs: nested lists, so
// that the drawing is text as well, stays legible on narrow screens and is read out in order.
// A missing service is an empty place at the end of a broken wire.
#include <algorithm>

#include "shell/review/review_page.h"

namespace dirsnap {
namespace {

constexpr std::size_t kMostDepth = 40;

Markup kind_label(NodeKind kind) {
  switch (kind) {
    case NodeKind::kOrganization:
      return "Organization";
    case NodeKind::kSite:
      return "Site";
    case NodeKind::kAdminGroup:
      return "Administrative group";
    case NodeKind::kRoutingGroup:
      return "Routing group";
    case NodeKind::kConfiguration:
      return "Configuration";
    case NodeKind::kConnections:
      return "Connections";
    case NodeKind::kContainer:
      break;
  }
  return "Container";
}

// Connector types by the names their products had; others are shown as they are.
struct TypeName {
  std::string_view type;
  Markup name;
};
constexpr TypeName kTypeNames[] = {
    {"imc", "Internet Mail"},
    {"msmail", "MS Mail"},
    {"ccmail", "cc:Mail"},
    {"notes", "Lotus Notes"},
    {"groupwise", "GroupWise"},
    {"snads", "SNADS"},
    {"profs", "PROFS"},
    {"x400", "X.400"},
    {"site", "Site connector"},
    {"ras", "Dynamic RAS"},
    {"dirrep", "Directory replication"},
    {"dirsync", "Directory synchronization"},
    {"newsfeed", "Newsfeed"},
    {"calendar", "Calendar"},
    {"freebusy", "Free/busy"},
    {"smtp", "SMTP"},
    {"routing-group", "Routing group connector"},
    {"gateway", "Gateway"},
};

void write_type(HtmlWriter& out, std::string_view type) {
  for (const TypeName& name : kTypeNames) {
    if (name.type == type) {
      out.raw(name.name);
      return;
    }
  }
  out.text(type);
}

void write_icon(HtmlWriter& out, Markup icon) {
  out.raw("<svg class=\"i\" aria-hidden=\"true\"><use href=\"#i-").raw(icon).raw("\"/></svg>");
}

void write_reason(HtmlWriter& out, const ReviewConnector& connector, const ReviewService& service) {
  switch (service.state) {
    case ServiceState::kMissing:
      out.raw(service.is_stub ? Markup("only a stub on ") : Markup("no such service on "));
      out.text(connector.server);
      return;
    case ServiceState::kUnknown:
      if (connector.server.empty()) {
        out.raw("home server not known");
      } else {
        out.raw(service.is_registry_loaded ? Markup("registry is partial: ")
                                           : Markup("registry not loaded: "));
        out.text(connector.server);
      }
      return;
    default:
      break;
  }
  out.raw("on ").text(connector.server);
  if (!service.start_type.empty()) out.raw(", start ").text(service.start_type);
  if (!service.disabled_in_profiles.empty())
    out.raw(", disabled in hardware profiles ").text(service.disabled_in_profiles);
  if (service.is_marked_for_deletion) out.raw(", marked for deletion");
}

void write_service(HtmlWriter& out,
                   const ReviewConnector& connector,
                   const ReviewService& service) {
  const Markup style = style_of(service.state);
  out.raw("<span class=\"link ").raw(style).raw("\"><svg class=\"wire\" aria-hidden=\"true\">");
  out.raw("<use href=\"#w-").raw(style).raw("\"/></svg><span class=\"service\">");
  write_icon(out, icon_of(service.state));
  out.raw("<span><b>").text(service.key).raw("</b> <em>").raw(label_of(service.state));
  out.raw("</em><small>");
  write_reason(out, connector, service);
  out.raw("</small></span></span></span>");
}

// A state without a service to draw: needs none, deleted, or the key itself is not known.
void write_plain_state(HtmlWriter& out, ServiceState state) {
  out.raw("<span class=\"link bare ").raw(style_of(state)).raw("\"><span class=\"service\">");
  write_icon(out, icon_of(state));
  out.raw("<span><em>").raw(label_of(state)).raw("</em></span></span></span>");
}

}  // namespace

void write_pair(HtmlWriter& out, const ReviewConnector& connector) {
  out.raw("<div class=\"pair\">");
  out.raw("<span class=\"connector\"><b>").text(connector.name).raw("</b><small>");
  write_type(out, connector.type);
  if (!connector.server.empty()) out.raw(" · home server ").text(connector.server);
  if (!connector.address_spaces.empty()) out.raw("<br>").text(connector.address_spaces);
  out.raw("</small></span><span class=\"links\">");
  if (connector.services.empty()) {
    write_plain_state(out, connector.state);
  } else {
    for (const ReviewService& service : connector.services) write_service(out, connector, service);
  }
  out.raw("</span></div>");
}

namespace {

void write_connector(HtmlWriter& out, const ReviewConnector& connector) {
  out.raw("<li class=\"leaf ").raw(style_of(connector.state)).raw("\">");
  write_pair(out, connector);
  out.raw("</li>\n");
}

// One whose place in the tree is not drawn tells it by its name.
void write_lost(HtmlWriter& out, const ReviewConnector& connector) {
  out.raw("<li class=\"leaf ").raw(style_of(connector.state)).raw("\">");
  write_pair(out, connector);
  out.raw("<small class=\"none\">").text(connector.dn).raw("</small></li>\n");
}

void write_connectors(HtmlWriter& out,
                      const ConnectorTree& tree,
                      const std::vector<std::size_t>& connectors) {
  for (const std::size_t index : connectors) write_connector(out, tree.connectors[index]);
}

// Opens the item of a container. A chain of plain containers is one item: a / b / c.
// Gives the node whose children follow.
std::size_t open_node(HtmlWriter& out, const ConnectorTree& tree, std::size_t index) {
  const TreeNode* node = &tree.nodes[index];
  out.raw("<li class=\"branch\"><span class=\"container\"><small>").raw(kind_label(node->kind));
  out.raw("</small> <b>").text(node->name);
  while (node->kind == NodeKind::kContainer && node->connectors.empty() &&
         node->children.size() == 1 && tree.nodes[node->children[0]].kind == NodeKind::kContainer) {
    index = node->children[0];
    node = &tree.nodes[index];
    out.raw(" / ").text(node->name);
  }
  out.raw("</b>");
  if (node->kind == NodeKind::kConnections) out.raw(" <i>").text(node->level).raw(" level</i>");
  if (node->children.empty() && node->connectors.empty()) out.raw(" <i>empty</i>");
  out.raw("</span>\n");
  return index;
}

// Writes a subtree with an explicit stack: the tree comes from the case.
class Drawing {
 public:
  Drawing(const ConnectorTree& tree, HtmlWriter& out) : tree_(tree), out_(out) {}

  void draw(std::size_t root) {
    enter(root);
    while (!open_.empty()) {
      Level& level = open_.back();
      const TreeNode& node = tree_.nodes[level.node];
      if (level.next < node.children.size()) {
        const std::size_t child = node.children[level.next++];
        if (open_.size() < kMostDepth) {
          enter(child);
        } else {
          out_.raw(
              "<li class=\"branch\"><span class=\"container\">deeper levels are not drawn"
              "</span></li>\n");
        }
        continue;
      }
      out_.raw(level.has_list ? Markup("</ul></li>\n") : Markup("</li>\n"));
      open_.pop_back();
    }
  }

 private:
  struct Level {
    std::size_t node = 0;
    std::size_t next = 0;  // child
    bool has_list = false;
  };

  void enter(std::size_t index) {
    const std::size_t last = open_node(out_, tree_, index);
    const TreeNode& node = tree_.nodes[last];
    const bool has_list = !node.children.empty() || !node.connectors.empty();
    if (has_list) out_.raw("<ul>\n");
    write_connectors(out_, tree_, node.connectors);
    open_.push_back({last, 0, has_list});
  }

  const ConnectorTree& tree_;
  HtmlWriter& out_;
  std::vector<Level> open_;
};

void write_servers(const ConnectorTree& tree, HtmlWriter& out) {
  if (tree.servers.empty()) return;
  out.raw("<div class=\"scroll\" role=\"region\" aria-label=\"Servers\" tabindex=\"0\">\n");
  out.raw("<table>\n<caption>Servers and their registries</caption>\n<thead><tr>");
  out.raw("<th scope=\"col\">Server</th><th scope=\"col\">Registry</th>");
  out.raw("<th scope=\"col\">Source</th><th scope=\"col\" class=\"n\">Services</th>");
  out.raw("<th scope=\"col\" class=\"n\">Connectors</th></tr></thead>\n<tbody>\n");
  for (const ReviewServer& server : tree.servers) {
    out.raw("<tr><th scope=\"row\">").text(server.name).raw("</th><td>");
    switch (server.registry) {
      case ReviewServer::Registry::kLoaded:
        out.raw("loaded");
        break;
      case ReviewServer::Registry::kPartial:
        out.raw("in part: absence proves nothing");
        break;
      case ReviewServer::Registry::kAbsent:
        out.raw("not loaded: services not known");
        break;
    }
    out.raw("</td><td>");
    if (!server.registry_source.empty()) out.text(server.registry_source);
    out.raw("</td>");
    write_number_cell(out, server.services);
    write_number_cell(out, server.connectors);
    out.raw("</tr>\n");
  }
  out.raw("</tbody>\n</table>\n</div>\n");
  write_left_over(out, tree.servers_left, "server");
}

void write_tree(const ReviewPage& page, const ConnectorTree& tree, HtmlWriter& out) {
  out.raw("<section class=\"drawing\" id=\"t").digits(tree.snapshot_id).raw("\">\n<h3>Snapshot ");
  write_snapshot(page, out, tree.snapshot_id);
  out.raw("</h3>\n<ul class=\"tree\">\n");
  Drawing drawing(tree, out);
  for (const std::size_t root : tree.roots) drawing.draw(root);
  if (!tree.lost.empty()) {
    out.raw("<li class=\"branch\"><span class=\"container\">");
    out.raw("Containers that are not in the directory or not drawn</span>\n<ul>\n");
    for (const std::size_t index : tree.lost) write_lost(out, tree.connectors[index]);
    out.raw("</ul></li>\n");
  }
  out.raw("</ul>\n");
  write_left_over(out, tree.connectors_left, "connector");
  if (tree.is_cut) out.raw("<p class=\"left\">There are more containers than are drawn.</p>\n");
  write_servers(tree, out);
  out.raw("</section>\n");
}

constexpr ServiceState kStateOrder[] = {ServiceState::kMissing,   ServiceState::kDisabled,
                                        ServiceState::kUnknown,   ServiceState::kPresent,
                                        ServiceState::kNotNeeded, ServiceState::kDeleted};

void write_state_head(HtmlWriter& out) {
  out.raw("<thead><tr><th scope=\"col\">Snapshot</th>");
  for (const ServiceState state : kStateOrder) {
    out.raw("<th scope=\"col\" class=\"n state ").raw(style_of(state)).raw("\">");
    write_icon(out, icon_of(state));
    out.raw(" ").raw(label_of(state)).raw("</th>");
  }
  out.raw("</tr></thead>\n<tbody>\n");
}

// Connector objects of all snapshots by state: what the drawings leave out is counted here.
void write_states(const ReviewPage& page, HtmlWriter& out) {
  out.raw("<div class=\"scroll\" role=\"region\" aria-label=\"States\" tabindex=\"0\">\n");
  out.raw("<table class=\"states\">\n<caption>Connector objects by the state of their services");
  out.raw("</caption>\n");
  write_state_head(out);
  for (const ConnectorCounts& counts : page.model.connectors) {
    out.raw("<tr><th scope=\"row\">");
    write_snapshot(page, out, counts.snapshot_id);
    const auto& trees = page.model.trees;
    if (std::any_of(trees.begin(), trees.end(),
                    [&](const auto& tree) { return tree.snapshot_id == counts.snapshot_id; }))
      out.raw(" · <a href=\"#t").digits(counts.snapshot_id).raw("\">drawing</a>");
    out.raw("</th>");
    for (const ServiceState state : kStateOrder) {
      const std::int64_t count = counts.states[static_cast<std::size_t>(state)];
      out.raw("<td class=\"n ").raw(count == 0 ? Markup("zero") : style_of(state)).raw("\">");
      out.number(count).raw("</td>");
    }
    out.raw("</tr>\n");
  }
  out.raw("</tbody>\n</table>\n</div>\n");
}

}  // namespace

void write_trees(const ReviewPage& page, HtmlWriter& out) {
  if (page.model.trees.empty()) {
    out.raw("<p>No snapshot has a connector.</p>\n");
    return;
  }
  out.raw(
      "<p>Each connector is wired to the Windows service it needs on its home server. A broken "
      "wire ends at the place where the service should be. A service is called missing only "
      "where the server's registry is loaded far enough to prove it.</p>\n");
  write_states(page, out);
  for (const ConnectorTree& tree : page.model.trees) write_tree(page, tree, out);
  write_left_over(out, page.model.trees_left, "snapshot");
}

}  // namespace dirsnap
